# How every target of this project is compiled: standard, visibility, warnings, instrumentation.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

if(NOT DEFINED CMAKE_CXX_STANDARD)
  set(CMAKE_CXX_STANDARD 17)
endif()
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

# Always: the same objects make the static and the shared library, and a static one may end up in a plugin.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(SERFCLIENT_CCACHE ccache)
  mark_as_advanced(SERFCLIENT_CCACHE)
  if(SERFCLIENT_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${SERFCLIENT_CCACHE}")
  endif()
endif()

# Flags that compiler, linker and whoever links the static library must share.
set(SERF_INSTRUMENTATION "")
if(SERFCLIENT_SANITIZE)
  if(NOT SERFCLIENT_SANITIZE MATCHES "^(address|undefined|address,undefined|thread)$")
    message(FATAL_ERROR "SERFCLIENT_SANITIZE is \"${SERFCLIENT_SANITIZE}\"; known are \"address,undefined\" and \"thread\"")
  endif()
  list(APPEND SERF_INSTRUMENTATION "-fsanitize=${SERFCLIENT_SANITIZE}" -fno-omit-frame-pointer -g1)
  if(SERFCLIENT_SANITIZE MATCHES "undefined")
    # Not of virtual functions: clang asks the system whether it may look at an object, which takes a descriptor, and
    # some tests have none left.
    list(APPEND SERF_INSTRUMENTATION -fno-sanitize-recover=undefined -fno-sanitize=vptr)
  endif()
endif()
if(SERFCLIENT_COVERAGE)
  list(APPEND SERF_INSTRUMENTATION --coverage)
endif()
add_compile_options(${SERF_INSTRUMENTATION})
add_link_options(${SERF_INSTRUMENTATION})

# Linked privately by every target of ours, never exported.
add_library(serf_build_settings INTERFACE)
target_compile_options(
  serf_build_settings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wcast-align
            -Wconversion
            -Wextra-semi
            -Wformat=2
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Woverloaded-virtual
            -Wshadow
            -Wunused
            $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond>
            $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op>
            $<$<BOOL:${SERFCLIENT_WARNINGS_AS_ERRORS}>:-Werror>
)
target_compile_definitions(serf_build_settings INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

# For tests of what a process uses: each compiler has a way of its own to tell its sources.
if(SERFCLIENT_SANITIZE MATCHES "address")
  target_compile_definitions(serf_build_settings INTERFACE SERF_WITH_ADDRESS_SANITIZER)
elseif(SERFCLIENT_SANITIZE STREQUAL "thread")
  target_compile_definitions(serf_build_settings INTERFACE SERF_WITH_THREAD_SANITIZER)
endif()

# GCC warns of fences that its thread sanitizer does not model; Asio's are in its own headers.
if(SERFCLIENT_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(serf_build_settings INTERFACE -Wno-tsan)
endif()
