cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

step("configure" "${CMAKE_COMMAND}" --fresh -G "${GENERATOR}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${WORK}"
     "-DCMAKE_CXX_COMPILER=${CXX}" "-DPROJECT_IN_TREE=${PROJECT}"
)

# As a guest, serfclient builds neither its tests nor its samples, and the test kit only when asked.
file(STRINGS "${WORK}/CMakeCache.txt" options REGEX "^SERFCLIENT_BUILD_(TESTS|SAMPLES|TESTING_KIT):BOOL=(ON|TRUE|1)$")
if(options)
  message(FATAL_ERROR "Built without being asked: ${options}")
endif()
