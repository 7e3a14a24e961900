# Shared by the checks: reading a file line by line, and reporting.

set(violations "")

macro(violation text)
  list(APPEND violations "${text}")
endmacro()

# Lines keep their numbers: characters that mean something in a CMake list are replaced, no line is dropped.
function(read_lines file out)
  file(READ "${file}" text)
  string(REGEX REPLACE "[][;\\]" "_" text "${text}")
  string(REGEX REPLACE "\n$" "" text "${text}")
  string(REPLACE "\n" ";" lines "${text}")
  set(${out} "${lines}" PARENT_SCOPE)
endfunction()

macro(report_violations)
  if(violations)
    list(JOIN violations "\n" text)
    message("${text}")
    list(LENGTH violations count)
    message(FATAL_ERROR "${count} violation(s)")
  endif()
endmacro()
