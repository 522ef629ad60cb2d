#!/usr/bin/env python
"""The project's command line; also installed as the console script `huiqi`."""

from config.cli import main

if __name__ == "__main__":
    main()
