# serf_library(<target> STATIC|SHARED <layer>...)
#
# Assembles libserfclient from the layers' objects. They are compiled once, position independent, so that
# both kinds can be made of the same objects.

function(serf_library target kind)
  set(layers ${ARGN})
  list(TRANSFORM layers REPLACE "(.+)" "$<TARGET_OBJECTS:serf_layer_\\1>" OUTPUT_VARIABLE objects)
  add_library(${target} ${kind} ${objects})
  set_target_properties(
    ${target}
    PROPERTIES OUTPUT_NAME serfclient
               EXPORT_NAME serfclient
               LINKER_LANGUAGE CXX
               VERSION ${PROJECT_VERSION}
               SOVERSION 0
  )
  target_compile_features(${target} PUBLIC cxx_std_17)
  target_include_directories(
    ${target} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
  )

  set(dependencies "")
  foreach(layer IN LISTS layers)
    get_property(more GLOBAL PROPERTY SERF_LAYER_DEPENDENCIES_${layer})
    list(APPEND dependencies ${more})
  endforeach()

  # A static library leaves its third parties to whoever links it, without their headers and definitions.
  # Installed, it knows them by the names of their packages.
  if(kind STREQUAL "STATIC")
    foreach(dependency IN LISTS dependencies)
      target_link_libraries(${target} INTERFACE $<BUILD_INTERFACE:$<LINK_ONLY:${dependency}>>)
    endforeach()
    foreach(package IN ITEMS spdlog::spdlog Threads::Threads)
      target_link_libraries(${target} INTERFACE $<INSTALL_INTERFACE:$<LINK_ONLY:${package}>>)
    endforeach()
    return()
  endif()

  target_link_libraries(${target} PRIVATE ${dependencies})
  if(UNIX AND NOT APPLE)
    # Hidden visibility alone lets weak symbols of std, spdlog and fmt out: their headers ask for it.
    set(exports "${PROJECT_SOURCE_DIR}/cmake/exports.map")
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${exports}")
    target_link_options(
      ${target}
      PRIVATE "LINKER:--version-script=${exports}"
              LINKER:--exclude-libs,ALL
              # a name lookup's thread is not joined and may still run when the library would be unloaded
              LINKER:-z,nodelete
    )
  endif()
endfunction()
