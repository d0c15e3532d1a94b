# Packages for Debian, by `cpack -G DEB`: baryon-libs has what programs load, baryon-dev what they are built with. Each stands in
# for the package of Debian's Proton that has the same files: what depends on that one stays, and finds the same names. The package
# baryon has the command, where that is built.
set(CPACK_PACKAGE_NAME baryon)
set(CPACK_PACKAGE_CONTACT "Baryon maintainers <maintainers@baryon.invalid>")
set(CPACK_PACKAGE_VENDOR "Baryon")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "AMQP 1.0 messaging toolkit with the C API of Qpid Proton")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_COMPONENTS_ALL libs dev)
if(TARGET baryon)
  list(APPEND CPACK_COMPONENTS_ALL command)
endif()
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON) # packages built with these libraries depend on them
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")

# The version of Debian 12's packages, for those that depend on exactly that one.
set(debian_version "0.37.0-2+b1")
set(stands_in "(= ${PROJECT_VERSION})")

set(CPACK_COMPONENT_LIBS_DESCRIPTION
"Baryon speaks AMQP 1.0, as a protocol engine without I/O and as a proactor that
runs clients and servers on many threads. Programs, bindings and routers that
were made for Qpid Proton 0.37 to 0.41 run on it unchanged.
.
This package has the shared libraries.")
set(CPACK_DEBIAN_LIBS_PACKAGE_NAME baryon-libs)
set(CPACK_DEBIAN_LIBS_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_LIBS_PACKAGE_PROVIDES "libqpid-proton11 ${stands_in}")
set(CPACK_DEBIAN_LIBS_PACKAGE_CONFLICTS libqpid-proton11)
set(CPACK_DEBIAN_LIBS_PACKAGE_REPLACES libqpid-proton11)

set(CPACK_COMPONENT_DEV_DESCRIPTION
"Headers, static libraries, what pkg-config and CMake need to build programs with
Baryon, and the guides.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME baryon-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "baryon-libs (= ${PROJECT_VERSION}), libssl-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_PROVIDES
  "libqpid-proton11-dev ${stands_in}, libqpid-proton11-dev (= ${debian_version}), libqpid-proton-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_CONFLICTS libqpid-proton11-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_REPLACES libqpid-proton11-dev)

set(CPACK_COMPONENT_COMMAND_DESCRIPTION
"The command baryon sends, receives, asks and answers with any AMQP 1.0 broker,
measures it, prints captured frames, and is a broker in memory itself.")
set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME baryon)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION net)
set(CPACK_DEBIAN_COMMAND_PACKAGE_DEPENDS "baryon-libs (= ${PROJECT_VERSION}), libjansson4 (>= 2.14)")
include(CPack)
