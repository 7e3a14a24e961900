# serf_testing_library()
#
# The test kit, serf::testing: a static library beside serfclient, whatever kind that one is, and its install rules,
# the component serfclient_testing. find_package(serfclient) brings it along where it is installed.

function(serf_testing_library)
  set(component serfclient_testing)
  set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/serfclient")

  add_library(serf_testing STATIC $<TARGET_OBJECTS:serf_layer_testing>)
  add_library(serf::testing ALIAS serf_testing)
  set_target_properties(
    serf_testing
    PROPERTIES OUTPUT_NAME serfclient_testing
               EXPORT_NAME testing
               LINKER_LANGUAGE CXX
  )
  # serfclient for the values that tests hand over and get back.
  target_link_libraries(serf_testing INTERFACE serfclient Threads::Threads)

  install(
    TARGETS serf_testing
    EXPORT ${component}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${component}
  )
  install(
    EXPORT ${component}
    FILE ${component}Targets.cmake
    NAMESPACE serf::
    DESTINATION "${config_dir}"
    COMPONENT ${component}
  )
  install(
    DIRECTORY "${PROJECT_SOURCE_DIR}/include/serf/testing"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/serf"
    COMPONENT ${component}
    FILES_MATCHING
    PATTERN "*.hpp"
  )
endfunction()
