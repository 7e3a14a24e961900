# cmake -D ROOT=<project> [-D LIMIT=<lines>] -P check_file_length.cmake
#
# No source file passes the limit: a file that long has more than one job.

cmake_minimum_required(VERSION 3.25)

include("${CMAKE_CURRENT_LIST_DIR}/violations.cmake")
if(NOT LIMIT)
  set(LIMIT 320)
endif()
if(EXISTS "${ROOT}/file_length.limit") # a tree may be stricter
  file(READ "${ROOT}/file_length.limit" LIMIT)
  string(STRIP "${LIMIT}" LIMIT)
endif()

set(patterns CMakeLists.txt)
foreach(folder IN ITEMS include lib test samples docs cmake third_party)
  foreach(ending IN ITEMS *.cpp *.hpp *.sh *.cmake *.py CMakeLists.txt)
    list(APPEND patterns "${ROOT}/${folder}/${ending}")
  endforeach()
endforeach()
file(GLOB_RECURSE sources RELATIVE "${ROOT}" ${patterns})
foreach(source IN LISTS sources)
  read_lines("${ROOT}/${source}" lines)
  list(LENGTH lines length)
  if(length GREATER LIMIT)
    violation("${source}: ${length} lines, more than ${LIMIT}")
  endif()
endforeach()

report_violations()
