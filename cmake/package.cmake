# serf_install(<target> STATIC|SHARED)
#
# Install rules of one kind of the library: the files, the CMake package and the pkg-config file, as the component
# serfclient_static or serfclient_shared. A plain `cmake --install` takes the kind that BUILD_SHARED_LIBS chose;
# the other one, where it is built, is installed by naming its component.

include(CMakePackageConfigHelpers)

function(serf_install target kind)
  string(TOLOWER "serfclient_${kind}" component)
  set(targets_file ${component}Targets.cmake) # a name of its own: CMake keys exports by folder and file name
  set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/serfclient")
  set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  set(generated "${PROJECT_BINARY_DIR}/package/${component}")

  set(extra "")
  if(NOT target STREQUAL "serfclient")
    set(extra EXCLUDE_FROM_ALL)
  endif()

  # A static library leaves its third parties to the consumer's linker; a shared one has linked them.
  set(static_dependencies "")
  set(static_pkgconfig "")
  if(kind STREQUAL "STATIC")
    string(CONCAT static_dependencies "include(CMakeFindDependencyMacro)\n"
           "find_dependency(Threads)\nfind_dependency(spdlog CONFIG)\n"
    )
    set(static_pkgconfig "Requires.private: spdlog\nLibs.private: -pthread\n")
  endif()

  # Relative to the file itself: the prefix may be chosen, or the tree moved, after this was configured.
  file(RELATIVE_PATH prefix_from_pkgconfig "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
  string(REGEX REPLACE "/$" "" prefix_from_pkgconfig "${prefix_from_pkgconfig}")
  configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/serfclientConfig.cmake.in" "${generated}/serfclientConfig.cmake"
    INSTALL_DESTINATION "${config_dir}"
    NO_SET_AND_CHECK_MACRO
  )
  write_basic_package_version_file(
    "${generated}/serfclientConfigVersion.cmake" COMPATIBILITY SameMinorVersion
  )
  configure_file("${PROJECT_SOURCE_DIR}/cmake/serfclient.pc.in" "${generated}/serfclient.pc" @ONLY)

  install(
    TARGETS ${target}
    EXPORT ${component}
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${component} ${extra}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${component} ${extra}
  )
  install(
    EXPORT ${component}
    FILE ${targets_file}
    NAMESPACE serf::
    DESTINATION "${config_dir}"
    COMPONENT ${component} ${extra}
  )
  install(
    FILES "${generated}/serfclientConfig.cmake" "${generated}/serfclientConfigVersion.cmake"
    DESTINATION "${config_dir}"
    COMPONENT ${component} ${extra}
  )
  install(
    FILES "${generated}/serfclient.pc"
    DESTINATION "${pkgconfig_dir}"
    COMPONENT ${component} ${extra}
  )
  install(
    DIRECTORY "${PROJECT_SOURCE_DIR}/include/serf"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    COMPONENT ${component} ${extra}
    FILES_MATCHING
    PATTERN "*.hpp"
    PATTERN "testing" EXCLUDE # of the test kit
  )
  install(
    FILES "${PROJECT_SOURCE_DIR}/LICENSE"
    DESTINATION "${CMAKE_INSTALL_DOCDIR}"
    COMPONENT ${component} ${extra}
  )
endfunction()
