# cmake -D SCRIPT=<check> -D ROOT=<bad tree> -D EXPECTED=<file> -P expect_violations.cmake
#
# The check must fail on the bad tree, and say what EXPECTED says, line by line.

cmake_minimum_required(VERSION 3.25)

execute_process(
  COMMAND "${CMAKE_COMMAND}" -D "ROOT=${ROOT}" -P "${SCRIPT}"
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output
)
if(result EQUAL 0)
  message(FATAL_ERROR "The check passed on a tree that is wrong")
endif()
string(REGEX MATCHALL "(include|lib)/[^\n]+" found "${output}")
file(STRINGS "${EXPECTED}" expected)
list(SORT found)
list(SORT expected)
if(NOT found STREQUAL expected)
  list(JOIN found "\n" found)
  list(JOIN expected "\n" expected)
  message("Found:\n${found}\n\nExpected:\n${expected}\n\nOutput:\n${output}")
  message(FATAL_ERROR "Found is not what was expected")
endif()
