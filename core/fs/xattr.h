/*
 * The extended attributes of files: labels, capabilities, and ACLs, which are some to the kernel.
 */
#ifndef TFHOOK_XATTR_H
#define TFHOOK_XATTR_H

/* Gives `to` the attributes of `from`, and takes others away, but for those that are about its
 * content or its label; an ACL gets this mode. 0 or a negated errno. */
int xattr_copy_all(int from, int to, unsigned mode) __attribute__((warn_unused_result));

#endif
