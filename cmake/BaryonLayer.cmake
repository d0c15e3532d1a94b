# A layer is a folder of src/ that may include only itself and the layers it names. It is an object library; its headers
# are reached as "<layer>/<header>.h" through a view of one symbolic link, so that including a layer that was not named
# does not compile.
#
#   baryon_layer(wire USES base SOURCES reader.c writer.c)
#
# Layers are declared lowest first. What a layer sees is also written to <build>/layers/<layer>.flags, from which the
# layering test compiles.

function(baryon_view name folder)
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/view/${name}")
  file(CREATE_LINK "${folder}" "${PROJECT_BINARY_DIR}/view/${name}/${name}" SYMBOLIC)
endfunction()

function(baryon_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 LAYER "" "" "USES;SOURCES")
  baryon_view(${name} "${CMAKE_CURRENT_SOURCE_DIR}")
  baryon_view(spec "${PROJECT_SOURCE_DIR}/spec")
  add_library(baryon_${name} OBJECT ${LAYER_SOURCES})
  target_include_directories(baryon_${name}
    PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/view/${name}"
    PRIVATE "${PROJECT_BINARY_DIR}/view/spec")
  target_link_libraries(baryon_${name} PRIVATE baryon_warnings)
  foreach(lower IN LISTS LAYER_USES)
    if(NOT TARGET baryon_${lower})
      message(FATAL_ERROR "Layer ${name} uses ${lower}, which is not a layer below it (src/CMakeLists.txt has the order).")
    endif()
    target_link_libraries(baryon_${name} PUBLIC baryon_${lower})
  endforeach()
  set_target_properties(baryon_${name} PROPERTIES
    POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
  set_property(GLOBAL APPEND PROPERTY BARYON_LAYERS ${name})
  file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/layers/${name}.flags"
    CONTENT "-I$<JOIN:$<TARGET_PROPERTY:baryon_${name},INCLUDE_DIRECTORIES>,\n-I>\n")
endfunction()
