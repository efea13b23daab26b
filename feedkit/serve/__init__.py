"""The HTTP server over what is published: files of the output folder, and how feedkit is doing.

Bytes come in and requests go out of `connection`; `site` says what each is answered. What HTTP asks
for beside (conditions, codings, ranges, paths) is decided by pure functions, a file each.
"""
