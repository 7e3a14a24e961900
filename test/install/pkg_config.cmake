cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

set(static_option "")
if(KIND STREQUAL "static")
  set(static_option --static)
endif()
pkg_config(cflags --cflags)
pkg_config(libs --libs ${static_option})
pkg_config(version --modversion)
if(NOT version STREQUAL VERSION)
  message(FATAL_ERROR "serfclient.pc says version ${version}, not ${VERSION}")
endif()

separate_arguments(FLAGS UNIX_COMMAND "${FLAGS}")
file(MAKE_DIRECTORY "${WORK}")
step("build" "${CXX}" -std=c++17 ${FLAGS} ${cflags} "${CMAKE_CURRENT_LIST_DIR}/consumer/main.cpp" -o
     "${WORK}/consumer" ${libs}
)
step("run" "${CMAKE_COMMAND}" -E env "LD_LIBRARY_PATH=${PREFIX}/${LIBDIR}" "${WORK}/consumer")
