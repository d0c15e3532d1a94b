# A library that users link, shared and static, made from the objects of layers.
#
#   baryon_library(core VERSION 10.16.0 TITLE "Proton Core" LAYERS base wire)
#   baryon_library(proactor VERSION 1.11.0 TITLE "Proton Proactor" LAYERS proactor REQUIRES core)
#
# makes and installs libqpid-proton-core.so.10.16.0, libqpid-proton-core.a and libqpid-proton-core.pc. LIBRARIES are targets that
# it is linked with, SYSTEM their names in pkg-config for the static one, REQUIRES other libraries of ours. The shared one
# exports what spec/exports-core.txt lists and nothing else. It is not linked with -Bsymbolic: programs that are not
# position independent hold their own copy of PN_OBJECT and its kind, and the library has to use that copy.

# The linker's version script, from a list of one name a line. Its node has no name, so symbols carry no version.
function(baryon_version_script list script)
  file(STRINGS "${list}" names REGEX "^[^#]")
  list(JOIN names ";\n    " names)
  file(CONFIGURE OUTPUT "${script}" CONTENT "{\n  global:\n    @names@;\n  local:\n    *;\n};\n" @ONLY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${list}")
endfunction()

function(baryon_pkg_config target title requires requires_private)
  file(RELATIVE_PATH up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
  string(REGEX REPLACE "/$" "" up "${up}")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/library.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/lib${target}.pc" @ONLY)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/lib${target}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
    COMPONENT dev)
endfunction()

function(baryon_library name)
  cmake_parse_arguments(PARSE_ARGV 1 LIBRARY "" "VERSION;TITLE;SYSTEM" "LAYERS;REQUIRES;LIBRARIES")
  set(target qpid-proton-${name})
  set(script "${CMAKE_CURRENT_BINARY_DIR}/${target}.map")
  string(REGEX MATCH "^[0-9]+" soversion "${LIBRARY_VERSION}")
  baryon_version_script("${PROJECT_SOURCE_DIR}/spec/exports-${name}.txt" "${script}")

  add_library(${target} SHARED)
  add_library(${target}-static STATIC)
  add_library(Proton::${name} ALIAS ${target})
  foreach(layer IN LISTS LIBRARY_LAYERS)
    target_compile_definitions(baryon_${layer} PRIVATE qpid_proton_${name}_EXPORTS)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:baryon_${layer}>)
    target_sources(${target}-static PRIVATE $<TARGET_OBJECTS:baryon_${layer}>)
  endforeach()

  set_target_properties(${target} ${target}-static PROPERTIES
    LINKER_LANGUAGE C EXPORT_NAME ${name} OUTPUT_NAME ${target})
  set_target_properties(${target} PROPERTIES
    VERSION ${LIBRARY_VERSION} SOVERSION ${soversion} LINK_DEPENDS "${script}")
  target_link_options(${target} PRIVATE "LINKER:--version-script=${script}")
  if(NOT BARYON_SANITIZE) # a sanitizer's runtime is in the program, not in the library
    target_link_options(${target} PRIVATE "LINKER:-z,defs")
  endif()
  foreach(kind ${target} ${target}-static)
    target_link_libraries(${kind} PRIVATE ${LIBRARY_LIBRARIES})
    target_include_directories(${kind} INTERFACE
      "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  endforeach()

  set(requires)
  foreach(required IN LISTS LIBRARY_REQUIRES)
    target_link_libraries(${target} PUBLIC qpid-proton-${required})
    target_link_libraries(${target}-static PUBLIC qpid-proton-${required}-static)
    list(APPEND requires "libqpid-proton-${required}")
  endforeach()
  list(JOIN requires ", " requires)
  baryon_pkg_config(${target} "${LIBRARY_TITLE}" "${requires}" "${LIBRARY_SYSTEM}")
  install(TARGETS ${target} EXPORT ProtonTargets LIBRARY COMPONENT libs NAMELINK_COMPONENT dev)
  install(TARGETS ${target}-static EXPORT ProtonTargetsStatic ARCHIVE COMPONENT dev)
endfunction()

# The library that older programs name, libqpid-proton.so.11: it holds nothing and needs the others, so that a process which
# loads it beside them has everything once. -lqpid-proton finds linker's scripts that name the others: a library that is needed
# by another one is not searched for symbols. They say INPUT, not AS_NEEDED, so that they may stand before the objects that use
# them, as a library may; and file names, which linkers look up beside the script, where -l needs -L.
function(baryon_combined)
  cmake_parse_arguments(PARSE_ARGV 0 LIBRARY "" "VERSION;TITLE;SYSTEM" "REQUIRES")
  set(target qpid-proton)
  string(REGEX MATCH "^[0-9]+" soversion "${LIBRARY_VERSION}")
  list(TRANSFORM LIBRARY_REQUIRES PREPEND qpid-proton- OUTPUT_VARIABLE shared)
  list(TRANSFORM shared APPEND -static OUTPUT_VARIABLE static)
  list(TRANSFORM shared REPLACE "(.+)" "$<TARGET_SONAME_FILE_NAME:\\1>" OUTPUT_VARIABLE shared_files)
  list(TRANSFORM static REPLACE "(.+)" "$<TARGET_FILE_NAME:\\1>" OUTPUT_VARIABLE static_files)
  foreach(kind shared static)
    string(TOUPPER ${kind} KIND)
    set(script "${CMAKE_CURRENT_BINARY_DIR}/${target}-${kind}.ld")
    list(JOIN ${kind}_files " " files)
    file(GENERATE OUTPUT "${script}" CONTENT "/* GNU ld script */\nINPUT(${files})\n")
    install(FILES "${script}" DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT dev
      RENAME "${CMAKE_${KIND}_LIBRARY_PREFIX}${target}${CMAKE_${KIND}_LIBRARY_SUFFIX}")
  endforeach()

  add_library(${target} SHARED "${script}") # a source that nothing is compiled from
  add_library(${target}-static INTERFACE)
  add_library(Proton::${target} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    LINKER_LANGUAGE C VERSION ${LIBRARY_VERSION} SOVERSION ${soversion})
  set_target_properties(${target}-static PROPERTIES EXPORT_NAME ${target})
  target_link_options(${target} PRIVATE "LINKER:--no-as-needed")
  target_link_libraries(${target} PUBLIC ${shared})
  target_link_libraries(${target}-static INTERFACE ${static})

  baryon_pkg_config(${target} "${LIBRARY_TITLE}" "" "${LIBRARY_SYSTEM}")
  install(TARGETS ${target} EXPORT ProtonTargets LIBRARY COMPONENT libs NAMELINK_SKIP)
  install(TARGETS ${target}-static EXPORT ProtonTargetsStatic)
endfunction()
