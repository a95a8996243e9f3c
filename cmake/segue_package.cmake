# What `cmake --install` puts where, and the .deb that `cpack` makes of it. What it depends on is read
# from the program: libmysqlcppconn brings the client library, with the plugins that log in.
include(GNUInstallDirs)

install(TARGETS segue RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR}
  FILES_MATCHING PATTERN "*.md")

install(FILES ${CMAKE_SOURCE_DIR}/share/segue.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_SOURCE_DIR}/share/segue.bash RENAME segue
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME segue)
set(CPACK_PACKAGE_CONTACT "The Segue developers <segue@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "online schema changes for MySQL")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
