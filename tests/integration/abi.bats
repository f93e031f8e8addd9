#!/usr/bin/env bats
# A plugin that was built with the header of release 1.0 finds everything as it was: abidiff between
# that header and today's. tests/plugins/abi.c says where members are; this says of what type too.

load helper

setup() {
    common_setup
    TESTS=$BATS_TEST_DIRNAME/..
    HEADER=$TESTS/../core/include/tfhook/plugin.h
    command -v abidiff >/dev/null ||
        skip "abidiff is not here (abigail-tools on Debian, libabigail elsewhere)"
    write_users
    users "$TESTS/plugins/api-1.0" "$T/old.so"
}

teardown() {
    common_teardown
}

# For each member that abi.c lists for release 1.0, a variable of its type and an array as long as
# its place is far; for each constant an array of its length. So abidiff sees them one by one.
write_users() {
    {
        printf '#include <tfhook/plugin.h>\nBEGIN\n#define AT(s, m, offset) MEMBER s m\n'
        printf '#define AT_LEAST(s, size)\n#define IS(c, value) CONSTANT #c\n'
        sed -e ':a' -e '/\\$/{N;ba' -e '}' -e '/^#include/d' -e '/^#define/d' "$TESTS/plugins/abi.c"
    } >"$T/list.c"
    cc -E -P -I"$TESTS/plugins/api-1.0" "$T/list.c" | sed -e '1,/^BEGIN/d' -e 's/"//g' >"$T/list"
    awk 'BEGIN {print "#include <tfhook/plugin.h>"}
        $1 == "MEMBER" {
            printf "__typeof__(((struct %s *)0)->%s) type_of_%s_%s;\n", $2, $3, $2, $3
            printf "char place_of_%s_%s[offsetof(struct %s, %s) + 1];\n", $2, $3, $2, $3
        }
        $1 == "CONSTANT" {printf "char value_of_%s[%s + 1];\n", $2, $2}' "$T/list" >"$T/users.c"
    [ "$(grep -c ^MEMBER "$T/list")" -ge 70 ]
    [ "$(grep -c ^CONSTANT "$T/list")" -ge 20 ]
}

# users INCLUDE OBJECT
users() {
    cc -g -fPIC -shared -I"$1" -o "$2" "$T/users.c"
}

differ() {
    status=0
    output=$(abidiff --no-default-suppression --suppr "$TESTS/plugins/abi.suppr" \
        "$T/old.so" "$1" 2>&1) || status=$?
}

# Today's header, changed: change SED-SCRIPT
change() {
    mkdir -p "$T/changed/tfhook"
    sed "$1" "$HEADER" >"$T/changed/tfhook/plugin.h"
    ! cmp -s "$HEADER" "$T/changed/tfhook/plugin.h" || fail "nothing is changed by $1"
}

mutate() {
    change "$1"
    users "$T/changed" "$T/changed.so"
    differ "$T/changed.so"
}

allowed() {
    mutate "$1"
    [ "$status" -eq 0 ] || fail "should be allowed: $1"
}

# 4 is abidiff's bit for a change; 1 and 2 would be its own failure.
refused() {
    mutate "$1"
    [ $((status & 7)) -eq 4 ] || fail "should be refused: $1"
}

@test "today's interface is that of release 1.0, with additions" {
    users "${HEADER%/tfhook/plugin.h}" "$T/new.so"
    differ "$T/new.so"
    expect_status 0
}

@test "members at the end of a structure and enumerators may be added" {
    allowed 's/^    const char \*help;/& int more;/'
    allowed 's/^    int64_t ctime_sec;/& int64_t more;/'
    allowed 's/TFHOOK_ENUMS = 7/TFHOOK_ENUMS = 7, TFHOOK_MORE = 8/'
}

@test "a member that is moved, inserted or removed is refused" {
    refused '/^    const char \*hook;/{h;d};/^    const char \*hostname;/G'
    refused 's/^    const char \*root; /long more; &/'
    refused 's/^    const char \*fallback;/int more; &/'
    refused 's/^    int timed_out;/int more; &/'
    refused 's/^    const unsigned char \*data;/int more; &/'
    change 's/^    uint64_t links;//'
    run users "$T/changed" "$T/changed.so"
    [ "$status" -ne 0 ]
    expect_output "no member named"
}

@test "a member that is retyped is refused" {
    refused 's/^    int64_t now;/    uint64_t now;/'
    refused 's/^    int64_t now;/    int now, more;/'
    refused 's/^    int truncated;/    unsigned truncated;/'
    refused 's/long (\*number)/int (*number)/'
    refused 's/(\*number)(const struct tfhook_host \*host, const char \*key)/(*number)(const struct tfhook_host *host, const char *key, int more)/'
    refused 's/(\*list)(const struct tfhook_host \*host, const char \*path,/(*list)(const struct tfhook_host *host, int path,/'
    refused 's/struct tfhook_stat \*ret)/struct tfhook_output *ret)/'
    refused 's/enum tfhook_verdict verdict/enum tfhook_level verdict/'
}

@test "an enumerator whose value changes is refused" {
    refused 's/TFHOOK_FLAG = 5/TFHOOK_FLAG = 9/'
    refused 's/TFHOOK_WARN = 2, TFHOOK_FAIL = 3/TFHOOK_WARN = 3, TFHOOK_FAIL = 2/'
    refused 's/TFHOOK_SECRET 1u/TFHOOK_SECRET 2u/'
}

@test "what is handed over by value may not grow" {
    refused '/^struct tfhook_names {/,/^};/s/size_t count;/& size_t more;/'
    refused '/^struct tfhook_data {/,/^};/s/size_t size;/& size_t more;/'
}
