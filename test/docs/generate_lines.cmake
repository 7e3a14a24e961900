# Makes a source of the C++ in a document: what stands in backticks in the middle column of its tables, and its blocks of code, each
# in a scope of its own. The first block is what surrounds them all. Compilers name the lines of the document.
#
#   cmake -DDOCUMENT=<file.md> -DOUTPUT=<file.cpp> -P generate_lines.cmake

include("${CMAKE_CURRENT_LIST_DIR}/markdown.cmake")
set(includes "")
set(surroundings "")
set(body "")
set(count 0)

macro(on_heading name)
endmacro()

macro(add at statements)
  string(APPEND body "  {\n#line ${at} \"${DOCUMENT}\"\n${statements}\n  }\n")
  math(EXPR count "${count} + 1")
endmacro()

macro(on_code at block)
  if(surroundings STREQUAL "")
    string(REGEX MATCHALL "#include[^\n]*\n" found "${block}")
    list(JOIN found "" includes)
    string(REGEX REPLACE "#include[^\n]*\n" "\n" surroundings "${block}")
    string(PREPEND surroundings "#line ${at} \"${DOCUMENT}\"\n")
  else()
    add(${at} "${block}")
  endif()
endmacro()

macro(on_row at theirs ours)
  string(REGEX MATCHALL "`[^`]+`" spans "${ours}")
  list(JOIN spans " " statements)
  string(REPLACE "`" "" statements "${statements}")
  if(NOT statements STREQUAL "")
    add(${at} "${statements}")
  endif()
endmacro()

for_each_part("${DOCUMENT}")
if(count EQUAL 0 OR surroundings STREQUAL "")
  message(FATAL_ERROR "${DOCUMENT} has no code")
endif()
shown("// Made of ${DOCUMENT} by generate_lines.cmake: compiled, never run.
${includes}
void lines_of_the_document();
void lines_of_the_document() {
${surroundings}
${body}}
" source)
file(WRITE "${OUTPUT}" "${source}")
message(STATUS "${DOCUMENT}: ${count} pieces of code")
