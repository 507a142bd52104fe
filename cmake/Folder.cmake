# The targets of this configuration that are not installed.
set(CONCUR_NOT_INSTALLED "" CACHE INTERNAL "")

# concur_folder(<path> <name> SOURCES <files> [HEADERS <files>] [LINKS <targets>] [PRIVATE_LINKS <targets>] [NOT_INSTALLED])
#
# Makes the library concur::<name> of the folder <path>. The library's include path is a folder in the build tree that
# holds only a link to <path>. So a target can include the headers of the libraries on its link line and no others: an
# #include against the arrows of the architecture does not compile.
# HEADERS lists the headers of a folder that contains folders with their own libraries.
function(concur_folder path name)
  cmake_parse_arguments(PARSE_ARGV 2 arg "NOT_INSTALLED" "" "SOURCES;HEADERS;LINKS;PRIVATE_LINKS")
  set(target concur_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(concur::${name} ALIAS ${target})

  set(view "${PROJECT_BINARY_DIR}/views/${name}")
  cmake_path(GET path PARENT_PATH parent)
  if(arg_HEADERS)
    file(MAKE_DIRECTORY "${view}/${path}")
    foreach(header IN LISTS arg_HEADERS)
      file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${path}/${header}" "${view}/${path}/${header}" SYMBOLIC)
    endforeach()
  else()
    file(MAKE_DIRECTORY "${view}/${parent}")
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${path}" "${view}/${path}" SYMBOLIC)
  endif()
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${view}>" "$<INSTALL_INTERFACE:include/concur>")
  target_link_libraries(${target} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS} "$<BUILD_INTERFACE:concur_options>")
  # The compiler parses these headers once for all files. Each file still has to include the headers that it uses:
  # `./check clang` builds without precompiled headers.
  if(TARGET concur_sys AND NOT target STREQUAL "concur_sys")
    target_precompile_headers(${target} REUSE_FROM concur_sys)
  else()
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint>
      <deque> <functional> <memory> <mutex> <optional> <span> <stdexcept> <string> <string_view> <thread> <utility>
      <variant> <vector>)
  endif()
  foreach(link IN LISTS arg_LINKS arg_PRIVATE_LINKS)
    string(REGEX REPLACE "::.*" "" package "${link}")
    string(REPLACE "concur::" "concur_" library "${link}")
    if(package IN_LIST CONCUR_FETCHED OR library IN_LIST CONCUR_NOT_INSTALLED)
      set(arg_NOT_INSTALLED TRUE)
    endif()
  endforeach()
  if(arg_NOT_INSTALLED)
    set(CONCUR_NOT_INSTALLED "${CONCUR_NOT_INSTALLED};${target}" CACHE INTERNAL "")
    return()
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS ${target} EXPORT concurTargets ARCHIVE DESTINATION lib)
  if(arg_HEADERS)
    list(TRANSFORM arg_HEADERS PREPEND "${PROJECT_SOURCE_DIR}/${path}/")
    install(FILES ${arg_HEADERS} DESTINATION "include/concur/${path}")
  else()
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/${path}" DESTINATION "include/concur/${parent}" FILES_MATCHING PATTERN "*.h")
  endif()
endfunction()

# Warnings and sanitizers for our own libraries, programs and tests.
add_library(concur_options INTERFACE)
target_compile_options(concur_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  "$<$<BOOL:${CONCUR_WERROR}>:-Werror>")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC bug 105651: three warnings about std::string's operator+ are wrong.
  target_compile_options(concur_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
# The loader resolves all symbols when a program starts. Otherwise each child of process_per_task would resolve again
# what its parent has not called yet, which makes a connection of churn a third more expensive.
target_link_options(concur_options INTERFACE LINKER:-z,now)
if(CONCUR_SANITIZE)
  string(REPLACE ";" "," sanitizers "${CONCUR_SANITIZE}")
  target_compile_options(concur_options INTERFACE -fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(concur_options INTERFACE -fsanitize=${sanitizers})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # clang 14 cannot assemble coroutines with this check (LLVM issue 49689).
    target_compile_options(concur_options INTERFACE -fno-sanitize=function)
  endif()
endif()
