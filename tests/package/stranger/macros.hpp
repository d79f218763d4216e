// SPDX-License-Identifier: MIT
#pragma once

// Macros from other people's headers, seen before ours. (The standard library undefines min and max when its first
// header is read; after that they stay.)
#include <array>
#include <termios.h>
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define near
#define far
#define small char
#define interface struct
#define slots
#define signals public
#define emit
#define foreach(item, items) for (item : items)
#define forever for (;;)
#define IN
#define OUT
#define OPTIONAL
#define ERROR 0
#define DELETE 1
