# Takes away what the last `cmake --install` of this build laid down, and the folders that are this project's alone if nothing else
# is in them.
#
#   cmake -DMANIFEST=<build>/install_manifest.txt -P uninstall.cmake
#
# DESTDIR in the environment stands before every path, as it does when installing.
if(NOT EXISTS "${MANIFEST}")
  message(FATAL_ERROR "Nothing was installed from this build: there is no ${MANIFEST}.")
endif()
file(STRINGS "${MANIFEST}" files)
set(folders)
foreach(file IN LISTS files)
  set(path "$ENV{DESTDIR}${file}")
  if(EXISTS "${path}" OR IS_SYMLINK "${path}")
    message(STATUS "Removing ${path}")
    file(REMOVE "${path}")
    if(EXISTS "${path}" OR IS_SYMLINK "${path}")
      message(FATAL_ERROR "${path} cannot be removed; the list of what was installed is ${MANIFEST}.")
    endif()
  else()
    message(STATUS "Gone already: ${path}")
  endif()
  cmake_path(GET path PARENT_PATH folder)
  while(folder MATCHES "/(proton|baryon|Proton)(/|$)")
    list(APPEND folders "${folder}")
    cmake_path(GET folder PARENT_PATH folder)
  endwhile()
endforeach()

list(REMOVE_DUPLICATES folders)
list(SORT folders ORDER DESCENDING) # what is inside comes first
foreach(folder IN LISTS folders)
  file(GLOB inside LIST_DIRECTORIES true "${folder}/*" "${folder}/.*")
  if(IS_DIRECTORY "${folder}" AND NOT inside)
    file(REMOVE_RECURSE "${folder}")
  endif()
endforeach()
