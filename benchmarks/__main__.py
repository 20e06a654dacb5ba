"""Runs every benchmark, each in a process of its own: `python -m benchmarks`.

A benchmark is a module of this package that can be run by itself; a new one needs no entry anywhere.
"""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent


def benchmarks() -> list[str]:
    """Names of the modules that define `main`, sorted."""
    modules = sorted(path for path in PACKAGE.glob("*.py") if not path.name.startswith("_"))
    return [path.stem for path in modules if _defines_main(path)]


def _defines_main(path: Path) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in ast.parse(path.read_text()).body)


def main() -> int:
    """Run them one after the other; the number of those that failed."""
    failed = 0
    for name in benchmarks():
        print(f"\n== {name} ==", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=PACKAGE.parent, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(min(main(), 1))
