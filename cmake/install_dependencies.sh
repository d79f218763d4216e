#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing to build vscg on Debian >= 12 or Ubuntu >= 24.04, and says what it installs. If everything is
# there, it does nothing and asks for no password.
#   sh cmake/install_dependencies.sh --run    compiler, CMake and libraries: the programs
#   sh cmake/install_dependencies.sh --test   these and what the tests need: clang, its sanitizers, doctest, benchmark ...
set -eu

case "${1:-}" in
  --run | --test) purpose=$1 ;;
  *)
    echo "usage: sh cmake/install_dependencies.sh --run | --test" >&2
    exit 2
    ;;
esac

if ! command -v apt-get >/dev/null 2>&1; then
  echo "install_dependencies: this is not Debian or Ubuntu (no apt-get): assuming that the libraries are installed;" \
    "CMake fetches those that it does not find"
  exit 0
fi

has_package() {
  dpkg-query --show --showformat='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# Sets `missing` to the arguments that are not installed: package, or program=package.
find_missing() {
  missing=""
  for wanted in "$@"; do
    package=${wanted#*=}
    if [ "$package" != "$wanted" ] && command -v "${wanted%%=*}" >/dev/null 2>&1; then
      continue
    fi
    has_package "$package" || missing="$missing $package"
  done
}

updated=no
install_missing() {
  find_missing "$@"
  [ -n "$missing" ] || return 0
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "install_dependencies: missing:$missing. Neither root nor sudo is available: install them and run this again" >&2
      exit 1
    fi
    as_root=sudo
  fi
  echo "install_dependencies: installing$missing"
  if [ $updated = no ]; then
    $as_root apt-get -q -q update
    updated=yes
  fi
  # shellcheck disable=SC2086  # a list of words
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -q -o Dpkg::Use-Pty=0 install -y --no-install-recommends $missing \
    >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
  }
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

install_missing g++ cmake=cmake ninja=ninja-build libeigen3-dev libxtensor-dev libhdf5-dev nlohmann-json3-dev libcli11-dev
# Without it there is no ave_export.
if apt-cache show libonnx-dev >/dev/null 2>&1; then
  install_missing libonnx-dev libprotobuf-dev
fi
if [ "$purpose" = --test ]; then
  install_missing clang++=clang ld.lld=lld python3=python3 doctest-dev libbenchmark-dev
  # The sanitizers' runtime is a separate package, named after clang's release.
  release=$(clang++ -dumpversion | cut -d. -f1)
  install_missing "libclang-rt-$release-dev"
  # Not in every release of Debian and Ubuntu; without them their tests report that they are skipped.
  if ! command -v clang-format-14 >/dev/null 2>&1 && apt-cache show clang-format-14 >/dev/null 2>&1; then
    install_missing clang-format-14
  fi
  # The browser that reads ave_report's page: 25 packages of 414 MB together, half a minute.
  if ! command -v chromium >/dev/null 2>&1 && apt-cache show chromium >/dev/null 2>&1; then
    install_missing chromium
  fi
  if ! ls -d /usr/local/cuda*/include/cccl/thrust >/dev/null 2>&1 && apt-cache show libthrust-dev >/dev/null 2>&1; then
    install_missing libthrust-dev
  fi
fi
