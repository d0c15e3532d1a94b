# What `cmake --install` lays down beside the libraries: headers, guides and the CMake package Proton; and how it is taken away.
include(CMakePackageConfigHelpers)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT dev
  FILES_MATCHING PATTERN "*.h")
install(FILES "${PROJECT_SOURCE_DIR}/README.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT dev)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT dev)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT libs)
foreach(package libs:baryon-libs dev:baryon-dev command:baryon) # where Debian looks for it; packages only
  string(REPLACE ":" ";" package "${package}")
  list(POP_FRONT package component)
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/${package}"
    RENAME copyright COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Proton")
install(EXPORT ProtonTargets NAMESPACE Proton:: DESTINATION "${package_dir}" COMPONENT dev)
install(EXPORT ProtonTargetsStatic NAMESPACE Proton:: DESTINATION "${package_dir}" COMPONENT dev)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/ProtonConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/ProtonConfig.cmake"
  INSTALL_DESTINATION "${package_dir}" PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ProtonConfigVersion.cmake" COMPATIBILITY AnyNewerVersion)
install(FILES "${PROJECT_BINARY_DIR}/ProtonConfig.cmake" "${PROJECT_BINARY_DIR}/ProtonConfigVersion.cmake"
  DESTINATION "${package_dir}" COMPONENT dev)

add_custom_target(uninstall
  COMMAND "${CMAKE_COMMAND}" "-DMANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt"
          -P "${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake"
  VERBATIM)
