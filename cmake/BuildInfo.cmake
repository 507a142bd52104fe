# The target concur_build_info: who links it can include "bench/build_info.h" (from bench/build_info.h.in), which says
# with what this build was made. The git revision is asked for at every build, not when CMake runs: so this file is
# also the script that asks. The header is only rewritten where its text changes.

if(CMAKE_SCRIPT_MODE_FILE)
  set(git_revision "unknown")
  # An unpacked archive inside somebody else's repository must not get that one's revision.
  if(EXISTS "${SOURCE}/.git")
    execute_process(
      COMMAND git --no-optional-locks describe --always --exclude=* --abbrev=12 --dirty
      WORKING_DIRECTORY "${SOURCE}" OUTPUT_VARIABLE output RESULT_VARIABLE result
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(result EQUAL 0)
      set(git_revision "${output}")
    endif()
  endif()
  configure_file("${TEMPLATE}" "${HEADER}" @ONLY)
  return()
endif()

# The version of a library that was found, or else of the project that was fetched; empty where neither tells.
function(concur_library_version name result)
  set(version "${${name}_VERSION}")
  if(NOT version AND ${name}_SOURCE_DIR)
    get_directory_property(version DIRECTORY "${${name}_SOURCE_DIR}" DEFINITION PROJECT_VERSION)
  endif()
  if(NOT version)
    set(version "unknown")
  endif()
  set(${result} "${version}" PARENT_SCOPE)
endfunction()

function(concur_make_build_info)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
  set(build_flags "-std=c++${CMAKE_CXX_STANDARD} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}")
  if(CONCUR_SANITIZE)
    string(REPLACE ";" "," sanitizers "${CONCUR_SANITIZE}")
    string(APPEND build_flags " -fsanitize=${sanitizers}")
  endif()
  string(REGEX REPLACE " +" " " build_flags "${build_flags}")
  string(STRIP "${build_flags}" build_flags)
  string(REPLACE "GNU" "g++" compiler "${CMAKE_CXX_COMPILER_ID}")
  string(REPLACE "Clang" "clang++" compiler "${compiler}")
  set(build_compiler "${compiler} ${CMAKE_CXX_COMPILER_VERSION}")
  concur_library_version(benchmark build_benchmark_version)
  concur_library_version(CLI11 build_cli11_version)

  # All but the revision is filled in now; the rest of the template is left for the script above.
  set(folder "${PROJECT_BINARY_DIR}/build_info")
  set(git_revision "@git_revision@")
  configure_file("${PROJECT_SOURCE_DIR}/bench/build_info.h.in" "${folder}/build_info.h.in" @ONLY)
  add_custom_target(concur_build_info_header
    COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DTEMPLATE=${folder}/build_info.h.in"
            "-DHEADER=${folder}/bench/build_info.h" -P "${PROJECT_SOURCE_DIR}/cmake/BuildInfo.cmake"
    BYPRODUCTS "${folder}/bench/build_info.h"
    COMMENT "Asking for the git revision" VERBATIM)
  add_library(concur_build_info INTERFACE)
  target_include_directories(concur_build_info INTERFACE "${folder}")
  add_dependencies(concur_build_info concur_build_info_header)
endfunction()

concur_make_build_info()
