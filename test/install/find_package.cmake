cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")

step("configure" "${CMAKE_COMMAND}" --fresh -G "${GENERATOR}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${WORK}"
     "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=${FLAGS}" "-DCMAKE_PREFIX_PATH=${PREFIX}"
     "-DREQUIRED_VERSION=${VERSION}"
)
step("build" "${CMAKE_COMMAND}" --build "${WORK}" --clean-first)
step("run" "${WORK}/consumer")
step("run a test" "${WORK}/consumer_test")
