"""The hash that reports and receipts print, as somebody types it, and what is said of a journal that should hold it."""

from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem

SHORTEST, WHOLE = 12, 64
"""How many digits are printed where there is little room, and how many there are."""
DIGITS = frozenset("0123456789abcdef")


def read_head(text: str) -> str:
    """Return a hash, or its first digits, as the journal writes it; empty for none."""
    head = "".join(text.split()).lower()
    if head and (not SHORTEST <= len(head) <= WHOLE or set(head) - DIGITS):
        sentence = M("Mã này gồm từ 12 đến 64 chữ số và chữ a–f, như in trên báo cáo hoặc biên nhận.")
        raise BadInput([Problem("head", 0, 0, sentence)])
    return head


def verdict(bad: int | None, last: int, head: str) -> M:
    """Say whether a journal of ``last`` entries holds; ``bad`` is its first entry that does not fit.

    With a ``head`` that it does not contain, ``bad`` is the number after the last.
    """
    if bad is None:
        return M("Nhật ký nguyên vẹn: {count} mục, mục nào cũng khớp với mục trước.", count=last)
    if head and bad > last:
        return M("Nhật ký không còn chứa mã này: hoặc mã ghi sai, hoặc nhật ký đã bị cắt hay làm lại.")
    return M("Nhật ký đã bị sửa: mục số {number} không khớp. Hãy dừng sử dụng và khôi phục bản sao lưu.", number=bad)
