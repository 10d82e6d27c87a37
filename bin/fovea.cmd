@rem The command line of the installed extension, for the terminals of the editor: they have the program that runs extensions in FOVEA_NODE.
@setlocal
@set ELECTRON_RUN_AS_NODE=1
@if not defined FOVEA_NODE set "FOVEA_NODE=node"
@"%FOVEA_NODE%" "%~dp0..\dist\engine\cli.js" %*
