"""The data of the workloads, the same for all."""

RECORD = "".join(chr(33 + i * 7 % 90).replace('"', "q").replace("\\", "b") for i in range(192))


def record(number: int) -> str:
    """Text that is 200 bytes as a JSON string, each another."""
    return f"{number:06d}{RECORD}"


def payload(size: int) -> dict:  # type: ignore[type-arg]
    """About `size` bytes as JSON: small objects in a list."""
    return {"records": [{"number": i, "text": record(i)[:170]} for i in range(size // 200)]}
