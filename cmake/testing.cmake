# Test executables. Cases are discovered when ctest runs, named <label>.<name>.<Suite>.<Case>.
#
#   serf_unit_test(LAYER <layer> [SOURCES <file>...])
#       unit_<layer>: links the objects of that layer and of those below it, nothing else of ours.
#
#   serf_test(NAME <name> LABEL component|integration [INTERNALS] [PROCESSORS <n>] [SOURCES <file>...])
#       <label>_<name>: links serf::serfclient and the test support library. INTERNALS: the objects of all layers
#       instead, for tests that put a part of their own in place of one of ours. PROCESSORS: how many of ctest's jobs a
#       test counts for, more than 1 if it keeps the machine busy; those that say so are long, and begin first.
#
# Without SOURCES neither makes a target.

include(GoogleTest)

add_library(serf_test_settings INTERFACE)
target_include_directories(serf_test_settings INTERFACE "${PROJECT_SOURCE_DIR}/test")
target_compile_definitions(
  serf_test_settings INTERFACE SERF_TEST_CAPTURES_DIR="${PROJECT_SOURCE_DIR}/test/captures"
)
target_link_libraries(serf_test_settings INTERFACE serf_build_settings serf_dep_gtest)
# Lines in backtraces, and no more, of what is most of the code: the library itself has all.
target_compile_options(serf_test_settings INTERFACE $<$<CONFIG:Debug>:-g1>)

# What nearly every test includes, compiled once: clang then takes little more than half of the time. The preset dev does
# without, and so shows that each source includes what it needs. An executable, since they are compiled like one.
file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/serf_test_headers.cpp" CONTENT "int main() {}\n")
add_executable(serf_test_headers "${CMAKE_CURRENT_BINARY_DIR}/serf_test_headers.cpp")
target_link_libraries(serf_test_headers PRIVATE serf_test_settings)
target_include_directories(serf_test_headers PRIVATE "${PROJECT_SOURCE_DIR}/include")
target_precompile_headers(
  serf_test_headers
  PRIVATE <gmock/gmock.h>
          <gtest/gtest.h>
          <serf/client.hpp>
          <serf/testing/fake_agent.hpp>
          <thread>
)

function(serf_add_test_executable name label sources links properties)
  set(target ${label}_${name})
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE ${links} serf_test_settings)
  target_precompile_headers(${target} REUSE_FROM serf_test_headers)
  gtest_discover_tests(
    ${target}
    TEST_PREFIX ${label}.${name}.
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${label} TIMEOUT 120 ${properties}
  )
endfunction()

function(serf_unit_test)
  cmake_parse_arguments(PARSE_ARGV 0 test "" "LAYER" "SOURCES")
  if(test_UNPARSED_ARGUMENTS OR NOT test_LAYER)
    message(FATAL_ERROR "serf_unit_test: LAYER missing, or not understood: ${test_UNPARSED_ARGUMENTS}")
  endif()
  if(test_SOURCES)
    serf_layer_closure(${test_LAYER} layers)
    serf_add_test_executable(${test_LAYER} unit "${test_SOURCES}" "${layers}" "")
  endif()
endfunction()

function(serf_test)
  cmake_parse_arguments(PARSE_ARGV 0 test "INTERNALS" "NAME;LABEL;PROCESSORS" "SOURCES")
  if(test_UNPARSED_ARGUMENTS OR NOT test_NAME OR NOT test_LABEL)
    message(FATAL_ERROR "serf_test: NAME or LABEL missing, or not understood: ${test_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT test_SOURCES)
    return()
  endif()
  set(links serf::serfclient)
  if(test_INTERNALS)
    serf_layer_closure(client links)
  endif()
  set(properties "")
  if(test_PROCESSORS)
    set(properties PROCESSORS ${test_PROCESSORS} COST 100)
  endif()
  serf_add_test_executable(
    ${test_NAME} ${test_LABEL} "${test_SOURCES}" "serf_test_support;${links}" "${properties}"
  )
endfunction()
