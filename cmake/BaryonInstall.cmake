# What `cmake --install` lays down beside the libraries: headers, licence and the CMake package Proton.
include(CMakePackageConfigHelpers)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Proton")
install(EXPORT ProtonTargets NAMESPACE Proton:: DESTINATION "${package_dir}")
install(EXPORT ProtonTargetsStatic NAMESPACE Proton:: DESTINATION "${package_dir}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/ProtonConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/ProtonConfig.cmake"
  INSTALL_DESTINATION "${package_dir}" PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ProtonConfigVersion.cmake" COMPATIBILITY AnyNewerVersion)
install(FILES "${PROJECT_BINARY_DIR}/ProtonConfig.cmake" "${PROJECT_BINARY_DIR}/ProtonConfigVersion.cmake"
  DESTINATION "${package_dir}")
