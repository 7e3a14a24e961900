cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

file(REMOVE_RECURSE "${PREFIX}")
step("install" "${CMAKE_COMMAND}" --install "${PROJECT_BUILD}" --prefix "${PREFIX}" --component serfclient_${KIND})
if(EXISTS "${PREFIX}/include/serf/testing")
  message(FATAL_ERROR "The library brings the test kit along, unasked")
endif()
step("install the test kit" "${CMAKE_COMMAND}" --install "${PROJECT_BUILD}" --prefix "${PREFIX}" --component
     serfclient_testing
)
step("run the program" "${PREFIX}/bin/serf-fake-agent" --help)

# One kind, and only that; of the test kit there is but one.
file(GLOB static "${PREFIX}/${LIBDIR}/libserfclient.a")
file(GLOB shared "${PREFIX}/${LIBDIR}/libserfclient.so*")
if((KIND STREQUAL "static" AND (shared OR NOT static)) OR (KIND STREQUAL "shared" AND (static OR NOT shared)))
  message(FATAL_ERROR "Not the ${KIND} library alone: ${static} ${shared}")
endif()

# An installed tree names neither the sources nor the build it came from.
file(GLOB_RECURSE texts "${PREFIX}/*.cmake" "${PREFIX}/*.pc" "${PREFIX}/*.hpp")
foreach(file IN LISTS texts)
  file(READ "${file}" text)
  string(FIND "${text}" "${PROJECT}" position)
  if(NOT position EQUAL -1)
    message(FATAL_ERROR "${file} names ${PROJECT}")
  endif()
endforeach()
