/*
 * The least that any program must do to replace a store safely, as a rival for the benchmark:
 *
 *     floor STORE             read, SHA-1, write beside, fsync, rename, fsync of the directory
 *     floor STORE N PLUGIN    the same, and N times before it: fork, load PLUGIN, exit, wait.
 * tfhook calls plugins in processes of their own.
 *
 * It is linked with the libraries that tfhook is linked with, so that its start costs the same.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static void call_plugin(const char *plugin)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(dlopen(plugin, RTLD_NOW | RTLD_LOCAL) == NULL);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        die(plugin);
}

static unsigned char *read_store(const char *path, size_t *ret_size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        die(path);
    unsigned char *data = malloc((size_t)st.st_size + 20);
    if (data == NULL || read(fd, data, (size_t)st.st_size) != st.st_size)
        die(path);
    (void)close(fd);
    *ret_size = (size_t)st.st_size;
    return data;
}

static void replace_store(const char *path, const unsigned char *data, size_t size)
{
    char temp[4096];
    char copy[4096];
    (void)snprintf(temp, sizeof temp, "%s.new", path);
    (void)snprintf(copy, sizeof copy, "%s", path);
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || fsync(fd) < 0 || close(fd) < 0)
        die(temp);
    if (rename(temp, path) < 0)
        die(path);
    int dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || fsync(dir) < 0)
        die(path);
    (void)close(dir);
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 4) {
        (void)fprintf(stderr, "usage: floor STORE [N PLUGIN]\n");
        return 2;
    }
    for (long i = argc == 4 ? strtol(argv[2], NULL, 10) : 0; i > 0; i--)
        call_plugin(argv[3]);
    size_t size = 0;
    unsigned length = 0;
    unsigned char *data = read_store(argv[1], &size);
    if (EVP_Digest(data, size, data + size, &length, EVP_sha1(), NULL) != 1)
        die("SHA-1");
    replace_store(argv[1], data, size);
    free(data);
    return 0;
}
