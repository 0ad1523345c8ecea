"""What the operating system refuses, in our words: its own are English, whatever language a machine speaks."""

import errno
from collections.abc import Mapping

from lotrinh.core.text import M, Message

NO_RIGHT = M("không có quyền, hoặc tệp đang mở trong phần mềm khác")
FULL = M("ổ đĩa đã đầy")
A_FILE = M("đây là một tệp, không phải thư mục")
TOO_MANY = M("quá nhiều tệp đang mở")
SENTENCES: Mapping[int, Message] = {
    errno.ENOENT: M("không có tệp hoặc thư mục này"),
    errno.EEXIST: A_FILE,
    errno.ENOTDIR: A_FILE,
    errno.EISDIR: M("đây là thư mục, không phải tệp"),
    errno.ENOTEMPTY: M("thư mục này không trống"),
    errno.EACCES: NO_RIGHT,
    errno.EPERM: NO_RIGHT,
    errno.EROFS: M("ổ đĩa chỉ cho đọc"),
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: M("tệp quá lớn với ổ đĩa này"),
    errno.ENAMETOOLONG: M("tên quá dài"),
    errno.EIO: M("ổ đĩa hỏng hoặc mất kết nối"),
    errno.EMFILE: TOO_MANY,
    errno.ENFILE: TOO_MANY,
    errno.EBUSY: M("tệp đang được dùng"),
    errno.EINVAL: M("tên có ký tự không dùng được"),
}
"""A folder that is made where a file lies "exists": so EEXIST tells of a file."""


def os_error_reason(error: OSError) -> Message:
    """Say why something could not be read or written; what is rare stays in the system's words."""
    return SENTENCES.get(error.errno or 0) or M("lỗi của máy: {words}", words=error.strerror or type(error).__name__)
