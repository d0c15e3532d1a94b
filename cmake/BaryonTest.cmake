# Tests and fuzz targets. Both are linked with baryon_internal, every layer's objects in one static library, so that they
# reach what the shared library hides; each sees the headers of its layer and of those below, and no others.

get_property(layers GLOBAL PROPERTY BARYON_LAYERS)
add_library(baryon_internal STATIC)
set_target_properties(baryon_internal PROPERTIES LINKER_LANGUAGE C)
foreach(layer IN LISTS layers)
  target_sources(baryon_internal PRIVATE $<TARGET_OBJECTS:baryon_${layer}>)
endforeach()
target_link_libraries(baryon_internal PUBLIC OpenSSL::SSL OpenSSL::Crypto)

# A program that sees what the layer sees.
function(baryon_program target layer)
  add_executable(${target} ${ARGN})
  target_include_directories(${target} PRIVATE
    $<TARGET_PROPERTY:baryon_${layer},INTERFACE_INCLUDE_DIRECTORIES>
    "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_BINARY_DIR}/view/spec")
  target_link_libraries(${target} PRIVATE baryon_internal baryon_warnings)
endfunction()

# baryon_test(reader LAYER wire SOURCES reader_test.c)
#
# makes the program wire_reader_test and the test wire/reader. LABELS (default: unit) says in which suite it runs, WRAP
# names functions that the test replaces at link time (malloc is reached as __real_malloc), LIBRARIES what it links
# besides, TIMEOUT its seconds (default: 300), LAUNCHER a program that runs it, which is given its path.
function(baryon_test name)
  cmake_parse_arguments(PARSE_ARGV 1 TEST "" "LAYER;TIMEOUT;LAUNCHER" "SOURCES;LABELS;WRAP;LIBRARIES;ARGUMENTS")
  if(NOT TEST_LABELS)
    set(TEST_LABELS unit)
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  set(target ${TEST_LAYER}_${name}_test)
  baryon_program(${target} ${TEST_LAYER} ${TEST_SOURCES})
  target_include_directories(${target} SYSTEM PRIVATE "${CMOCKA_INCLUDE_DIR}")
  target_link_libraries(${target} PRIVATE ${TEST_LIBRARIES} "${CMOCKA_LIBRARY}")
  foreach(function IN LISTS TEST_WRAP)
    target_link_options(${target} PRIVATE "LINKER:--wrap=${function}")
  endforeach()
  add_test(NAME ${TEST_LAYER}/${name} COMMAND ${TEST_LAUNCHER} $<TARGET_FILE:${target}> ${TEST_ARGUMENTS})
  set_tests_properties(${TEST_LAYER}/${name} PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT ${TEST_TIMEOUT})
endfunction()

# baryon_fuzz(reader LAYER wire SOURCES reader.c)
#
# The source defines LLVMFuzzerTestOneInput; its seeds, and inputs that once found something, are the files of
# fuzz/corpus/reader. With BARYON_TESTS a plain program runs each of them, as test corpus/reader; with BARYON_FUZZ the
# target fuzz_reader looks for more. MUTATOR names sources that only the latter is made from; WRAP is as above.
function(baryon_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 FUZZ "" "LAYER" "SOURCES;MUTATOR;WRAP")
  list(TRANSFORM FUZZ_WRAP PREPEND "LINKER:--wrap=")
  if(BARYON_TESTS)
    baryon_program(replay_${name} ${FUZZ_LAYER} ${FUZZ_SOURCES} "${PROJECT_SOURCE_DIR}/fuzz/replay.c")
    target_link_options(replay_${name} PRIVATE ${FUZZ_WRAP})
    add_test(NAME corpus/${name} COMMAND replay_${name} "${PROJECT_SOURCE_DIR}/fuzz/corpus/${name}")
    set_tests_properties(corpus/${name} PROPERTIES LABELS corpus TIMEOUT 300)
  endif()
  if(BARYON_FUZZ)
    baryon_program(fuzz_${name} ${FUZZ_LAYER} ${FUZZ_SOURCES} ${FUZZ_MUTATOR})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer ${FUZZ_WRAP})
  endif()
endfunction()

if(BARYON_TESTS)
  find_path(CMOCKA_INCLUDE_DIR cmocka.h REQUIRED)
  find_library(CMOCKA_LIBRARY cmocka REQUIRED)
endif()
