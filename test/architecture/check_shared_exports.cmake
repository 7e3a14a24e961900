# cmake -D LIBRARY=<so> -D NM=<nm> -D READELF=<readelf> -P check_shared_exports.cmake
#
# The shared library exports names of serf:: only, bears its soname and stays loaded once loaded.

cmake_minimum_required(VERSION 3.25)

include("${CMAKE_CURRENT_LIST_DIR}/violations.cmake")

execute_process(
  COMMAND "${NM}" -D --defined-only "${LIBRARY}"
  OUTPUT_VARIABLE symbols
  COMMAND_ERROR_IS_FATAL ANY
)
string(REGEX REPLACE "\n$" "" symbols "${symbols}")
string(REPLACE "\n" ";" symbols "${symbols}")
if(NOT symbols)
  violation("${LIBRARY} exports nothing")
endif()
foreach(symbol IN LISTS symbols)
  string(REGEX REPLACE "^.* " "" name "${symbol}")
  # [what it is: vtable, typeinfo, thunk, guard, static local] N [qualifiers] 4serf
  if(NOT name MATCHES "^_Z(T[VTIS]|T[hvc][n0-9_hv]*_|GVZ?|Z)?N[VKRO]*4serf")
    violation("exported, but not of serf::: ${name}")
  endif()
endforeach()

execute_process(
  COMMAND "${READELF}" -d "${LIBRARY}"
  OUTPUT_VARIABLE dynamic
  COMMAND_ERROR_IS_FATAL ANY
)
if(NOT dynamic MATCHES "soname: .libserfclient\\.so\\.0")
  violation("soname is not libserfclient.so.0")
endif()
if(NOT dynamic MATCHES "NODELETE")
  violation("not linked with -z nodelete")
endif()

report_violations()
