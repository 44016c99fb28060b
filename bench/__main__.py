"""``python -m bench NAME ...``: run one bench of this folder."""

import sys
from importlib import import_module
from pathlib import Path


def main() -> int:
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    benches = [name for name in names if "def main(" in Path(__file__).with_name(f"{name}.py").read_text("utf-8")]
    if len(sys.argv) < 2 or sys.argv[1] not in benches:
        print(f"usage: python -m bench {{{','.join(benches)}}} ...", file=sys.stderr)
        return 2
    status: int | None = import_module(f"bench.{sys.argv[1]}").main(sys.argv[2:])
    return status or 0


if __name__ == "__main__":
    sys.exit(main())
