# concur_folder(<folder> [NAME <name>] SOURCES <files> [LINKS <targets>])
#
# The library of a top-level folder, concur::<folder> (or concur::<name>). Its headers are reached through a folder of its own under the
# build tree that holds nothing but a link to it, so that a target can include what its link line names and no
# more: an #include against the arrows of the architecture does not compile.
function(concur_folder folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME" "SOURCES;LINKS")
  if(NOT arg_NAME)
    set(arg_NAME ${folder})
  endif()
  set(target concur_${arg_NAME})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(concur::${arg_NAME} ALIAS ${target})

  set(view "${PROJECT_BINARY_DIR}/include/${folder}")
  file(MAKE_DIRECTORY "${view}")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${folder}" "${view}/${folder}" SYMBOLIC)
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${view}>" "$<INSTALL_INTERFACE:include/concur>")
  target_link_libraries(${target} PUBLIC ${arg_LINKS} PRIVATE "$<BUILD_INTERFACE:concur_options>")
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${arg_NAME})
  install(TARGETS ${target} EXPORT concurTargets ARCHIVE DESTINATION lib)
  # A folder may have several libraries; its headers are installed once.
  get_property(installed GLOBAL PROPERTY concur_installed_${folder})
  if(NOT installed)
    set_property(GLOBAL PROPERTY concur_installed_${folder} TRUE)
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}" DESTINATION include/concur FILES_MATCHING PATTERN "*.h")
  endif()
endfunction()

# Warnings and sanitizers for our own code: libraries, programs and tests link it.
add_library(concur_options INTERFACE)
target_compile_options(concur_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms on std::string's operator+ (GCC bug 105651).
  target_compile_options(concur_options INTERFACE -Wno-restrict)
endif()
if(CONCUR_SANITIZE)
  string(REPLACE ";" "," sanitizers "${CONCUR_SANITIZE}")
  target_compile_options(concur_options INTERFACE -fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(concur_options INTERFACE -fsanitize=${sanitizers})
endif()
