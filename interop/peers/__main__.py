"""Runs the groups named on the command line; see ../run."""

import argparse
import sys

import chromium
import nginx_proxy
import python_client
import python_server
import rust_server
from harness import Report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--openwinhttp", required=True)
    parser.add_argument("--rust-peer")
    parser.add_argument("--chromium")
    parser.add_argument("--c-programs")
    parser.add_argument("groups", nargs="+", choices=["chromium", "nginx", "python", "rust"])
    options = parser.parse_args()
    report = Report()
    if "chromium" in options.groups:
        chromium.run(report, options.openwinhttp, options.chromium)
    if "nginx" in options.groups:
        nginx_proxy.run(report, options.openwinhttp, options.c_programs)
    if "python" in options.groups:
        python_client.run(report, options.openwinhttp)
        python_server.run(report, options.openwinhttp)
    if "rust" in options.groups:
        rust_server.run(report, options.openwinhttp, options.rust_peer)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


sys.exit(main())
