# Layers: one folder of lib/ each, compiled as an object library that knows which others it may use.
#
#   serf_layer(NAME <layer>
#              [USES <layer>...]               layers whose headers it may include
#              [DEPENDENCIES <serf_dep_x>...]  third parties whose headers it may include
#              [FORBIDS <header>...]           standard headers that it must do without
#              [SOURCES <file>...])
#
# What is declared here is what `architecture.includes` checks every #include against: the declarations are
# written to <build>/layers.cmake.

set_property(GLOBAL PROPERTY SERF_LAYERS "")

function(serf_layer)
  cmake_parse_arguments(PARSE_ARGV 0 layer "" "NAME" "USES;DEPENDENCIES;FORBIDS;SOURCES")
  if(layer_UNPARSED_ARGUMENTS OR NOT layer_NAME)
    message(FATAL_ERROR "serf_layer: NAME missing, or not understood: ${layer_UNPARSED_ARGUMENTS}")
  endif()
  set(target serf_layer_${layer_NAME})

  if(NOT layer_SOURCES) # an object library needs at least one source, a layer of headers has none
    set(layer_SOURCES "${CMAKE_CURRENT_BINARY_DIR}/${layer_NAME}_headers_only.cpp")
    file(CONFIGURE OUTPUT "${layer_SOURCES}" CONTENT "")
  endif()

  add_library(${target} OBJECT ${layer_SOURCES})
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/lib")
  list(TRANSFORM layer_USES PREPEND serf_layer_ OUTPUT_VARIABLE used_targets)
  target_link_libraries(
    ${target}
    PUBLIC ${used_targets} ${layer_DEPENDENCIES}
    PRIVATE serf_build_settings
  )
  if(SERFCLIENT_SANITIZE) # inlined as users have it; the tests do without, and compile in half the time
    target_compile_options(${target} PRIVATE -O1)
  endif()
  if(SERFCLIENT_FUZZ) # counts for the fuzzer which ways are taken; other programs leave the counts alone
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()

  set_property(GLOBAL APPEND PROPERTY SERF_LAYERS ${layer_NAME})
  set_property(GLOBAL PROPERTY SERF_LAYER_USES_${layer_NAME} "${layer_USES}")
  set_property(GLOBAL PROPERTY SERF_LAYER_DEPENDENCIES_${layer_NAME} "${layer_DEPENDENCIES}")
  set_property(GLOBAL PROPERTY SERF_LAYER_FORBIDS_${layer_NAME} "${layer_FORBIDS}")
endfunction()

# The layer itself and every layer below it, as targets: linking an object library brings only its own objects along.
function(serf_layer_closure layer out)
  set(open ${layer})
  set(closed "")
  while(open)
    list(POP_FRONT open next)
    if(next IN_LIST closed)
      continue()
    endif()
    get_property(layers GLOBAL PROPERTY SERF_LAYERS)
    if(NOT next IN_LIST layers)
      message(FATAL_ERROR "There is no layer named \"${next}\" (known: ${layers})")
    endif()
    list(APPEND closed ${next})
    get_property(uses GLOBAL PROPERTY SERF_LAYER_USES_${next})
    list(APPEND open ${uses})
  endwhile()
  list(TRANSFORM closed PREPEND serf_layer_)
  set(${out} ${closed} PARENT_SCOPE)
endfunction()

# Writes all declarations where the include check reads them.
function(serf_write_layers file)
  get_property(layers GLOBAL PROPERTY SERF_LAYERS)
  set(text "set(LAYERS ${layers})\n")
  foreach(layer IN LISTS layers)
    foreach(what IN ITEMS USES DEPENDENCIES FORBIDS)
      get_property(value GLOBAL PROPERTY SERF_LAYER_${what}_${layer})
      string(APPEND text "set(${what}_${layer} ${value})\n")
    endforeach()
  endforeach()
  file(CONFIGURE OUTPUT "${file}" CONTENT "${text}" @ONLY)
endfunction()
