# The target concur_build_info provides "bench/build_info.h" (made from bench/build_info.h.in): compiler, flags and git
# revision of this build. The revision may change after CMake has run, so every build runs this file as a script that
# asks for it again. The script rewrites the header only if its text changes.

if(CMAKE_SCRIPT_MODE_FILE)
  set(git_revision "unknown")
  # Without this check an unpacked archive inside another repository would get the revision of that repository.
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

# The version of an installed or a fetched library; "unknown" if neither tells.
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
  set(build_flags "-std=c++${CMAKE_CXX_STANDARD} ${CMAKE_CXX_FLAGS}")
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

  # Fills in everything but the revision, which the script above fills in.
  set(folder "${PROJECT_BINARY_DIR}/build_info")
  set(git_revision "@git_revision@")
  configure_file("${PROJECT_SOURCE_DIR}/bench/build_info.h.in" "${folder}/build_info.h.in" @ONLY)
  add_custom_target(concur_build_info_header
    COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DTEMPLATE=${folder}/build_info.h.in"
            "-DHEADER=${folder}/bench/build_info.h" -P "${PROJECT_SOURCE_DIR}/cmake/BuildInfo.cmake"
    BYPRODUCTS "${folder}/bench/build_info.h"
    COMMENT "Reading the git revision" VERBATIM)
  add_library(concur_build_info INTERFACE)
  # Some generators (Ninja Multi-Config) choose the configuration when they build.
  set(configurations ${CMAKE_CONFIGURATION_TYPES} ${CMAKE_BUILD_TYPE})
  set(flags_of_configuration)
  foreach(configuration IN LISTS configurations)
    string(TOUPPER "${configuration}" upper)
    string(APPEND flags_of_configuration "$<$<CONFIG:${configuration}>:${CMAKE_CXX_FLAGS_${upper}}>")
  endforeach()
  target_compile_definitions(concur_build_info INTERFACE
    "CONCUR_BUILD_TYPE=\"$<CONFIG>\"" "CONCUR_CONFIGURATION_FLAGS=\"${flags_of_configuration}\"")
  target_include_directories(concur_build_info INTERFACE "${folder}")
  add_dependencies(concur_build_info concur_build_info_header)
endfunction()

concur_make_build_info()
