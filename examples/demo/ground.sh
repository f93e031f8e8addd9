# Sourced by demo.sh: builds the demo site below $scratch and takes it down again. All of it is
# real but the teamforge command: a JDK, two HTTPS servers, a PostgreSQL cluster.
# shellcheck shell=bash disable=SC2034  # demo.sh uses what is set here
: "${here:?}" "${scratch:?}" "${root:?}" "${keep:?}"

host=$(uname -n | tr '[:upper:]' '[:lower:]')
servers=()

die() {
    echo "demo.sh: $*" >&2
    exit 1
}

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

wait_port() {
    local i
    for i in $(seq 100); do
        (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.05
    done
    die "nothing listens on port $1 after $((i / 20)) s; see the logs below $scratch"
}

# make_cert CN CRT KEY: self-signed, as many a site has them; good for localhost, where it is served.
make_cert() {
    mkdir -p "$(dirname "$2")" "$(dirname "$3")"
    (umask 077 && openssl req -x509 -newkey rsa:2048 -nodes -days 825 -subj "/CN=$1" \
        -addext "subjectAltName=DNS:$1,DNS:localhost" -keyout "$3" -out "$2" 2>/dev/null)
    chmod 644 "$2"
}

fingerprint() {
    openssl x509 -in "$1" -outform DER | sha256sum | cut -d' ' -f1
}

# A JDK of the tree's own: programs and trust store are copies, what is only read is linked. It
# finds its java.home by where it is, so the store in it is the one that it loads.
make_java() {
    local real file
    real=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    jdk=$root/usr/lib/jvm/java
    mkdir -p "$jdk/bin" "$jdk/lib/security" "$root/usr/bin"
    cp -L "$real/bin/java" "$jdk/bin/"
    for file in "$real"/lib/*; do
        case ${file##*/} in
        security) ;;
        server | libjli.so | jli) cp -rL "$file" "$jdk/lib/" ;;
        *) ln -s "$file" "$jdk/lib/" ;;
        esac
    done
    for file in "$real"/lib/security/*; do
        # Distributions have dangling links here.
        [ ! -e "$file" ] || cp -L "$file" "$jdk/lib/security/"
    done
    cp -rL "$real/conf" "$jdk/conf"
    cp -L "$real/release" "$jdk/"
    ln -s ../lib/jvm/java/bin/java "$root/usr/bin/java"
    java=$jdk/bin/java
    store=$jdk/lib/security/cacerts
    classes=$scratch/classes
    javac -d "$classes" "$here/demo/Connect.java"
}

# serve CRT KEY PORT: an HTTPS server; its process id is added to `servers`.
serve() {
    openssl s_server -accept "127.0.0.1:$3" -cert "$1" -key "$2" -www -quiet \
        </dev/null >>"$scratch/https-$3.log" 2>&1 &
    servers+=($!)
    wait_port "$3"
}

serve_scm1() {
    serve "$scratch/scm1/server.crt" "$scratch/scm1/server.key" "$scm1_port"
}

make_servers() {
    app_crt=$root/etc/httpd/conf/ssl.crt/server.crt
    app_port=$(free_port)
    make_cert "$host" "$app_crt" "$root/etc/httpd/conf/ssl.key/server.key"
    serve "$app_crt" "$root/etc/httpd/conf/ssl.key/server.key" "$app_port"
    # The other server's files are not in this server's tree: only its port can be reached.
    scm1_port=$(free_port)
    make_cert scm1 "$scratch/scm1/server.crt" "$scratch/scm1/server.key"
    serve_scm1
}

renew_scm1() {
    make_cert scm1 "$scratch/scm1/server.crt" "$scratch/scm1/server.key"
    kill "${servers[1]}"
    wait "${servers[1]}" 2>/dev/null || true
    unset 'servers[1]'
    serve_scm1
}

# Where the distribution puts PostgreSQL's programs; the newest that is there.
postgres_programs() {
    local folder found=
    for folder in /usr/bin /usr/pgsql-*/bin /usr/lib/postgresql/*/bin; do
        [ ! -x "$folder/initdb" ] || found=$folder
    done
    [ -n "$found" ] || die 'PostgreSQL has no initdb here'
    echo "$found"
}

make_database() {
    local major
    pg_bin=$(postgres_programs)
    pg_port=$(free_port)
    major=$("$pg_bin/postgres" --version | sed 's/.* \([0-9]*\)[.0-9a-z]* *.*/\1/')
    pg_data=/opt/collabnet/teamforge/var/pgsql/$major/data
    make_cert db1 "$root/var/ops/ssl/db1.crt" "$root/var/ops/ssl/db1.key"
    chown postgres: "$root/var/ops/ssl/db1.key"
    install -d -o postgres -m 700 "$root$pg_data"
    (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$pg_bin/initdb" \
        -D "$root$pg_data" -A trust -E UTF8 --no-locale -N) >"$scratch/initdb.log" 2>&1 ||
        die "initdb failed: $(tail -n 1 "$scratch/initdb.log")"
}

make_teamforge() {
    mkdir -p "$root/opt/collabnet/teamforge/etc"
    site_options=$root/opt/collabnet/teamforge/etc/site-options.conf
    sed "s/@HOST@/$host/" "$here/demo/site-options.conf" >"$site_options"
    install -m 755 "$here/demo/teamforge" "$root/usr/bin/teamforge"
    cat >"$root/etc/stand-in.conf" <<EOF
pg_bin=$pg_bin
pg_data=$root$pg_data
pg_port=$pg_port
pg_log=$root$pg_data/server.log
java=$java
classes=$classes
EOF
    "$root/usr/bin/teamforge" provision >/dev/null
}

# The configuration with today's ports, and today's pin of scm1.
write_config() {
    sed -e "s/@APP_PORT@/$app_port/" -e "s/@SCM1_PORT@/$scm1_port/" \
        -e "s/@DB_PORT@/$pg_port/" -e "s|@DATA_DIRECTORY@|$pg_data|" \
        -e "s/@SCM1_PIN@/$(fingerprint "$scratch/scm1/server.crt")/" \
        "$here/demo/tfhook.ini" >"$scratch/tfhook.ini"
}

make_site() {
    make_java
    make_servers
    make_database
    make_teamforge
    write_config
}

take_down() {
    local pid
    trap '' INT TERM HUP
    [ ! -e "$root/etc/stand-in.conf" ] || "$root/usr/bin/teamforge" stop >/dev/null 2>&1 || true
    for pid in ${servers[@]+"${servers[@]}"}; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    if [ "$keep" = yes ]; then
        echo "The demo site is kept, its processes are not: $scratch"
    else
        rm -rf --one-file-system "$scratch"
    fi
}
