; The installer for Windows, made by Inno Setup 6 from the frozen folder: iscc packaging\windows\keyturn.iss
; It asks for no administrator: everything goes to the person's own program folder.

#define Version GetVersionNumbersString("..\..\dist\keyturn\keyturn.exe")

[Setup]
AppId={{6B0C1B7E-0D5C-4B0E-9F6D-6A2A1C6E7A11}
AppName=Keyturn
AppVersion={#Version}
AppPublisher=The Keyturn developers
DefaultDirName={autopf}\Keyturn
DefaultGroupName=Keyturn
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ChangesEnvironment=yes
OutputDir=..\..\dist
OutputBaseFilename=Keyturn-{#Version}-setup
Compression=lzma2/max
SolidCompression=yes
UninstallDisplayIcon={app}\keyturn.exe
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible

[Files]
Source: "..\..\dist\keyturn\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
; Notifications carry the name of the program whose shortcut has the identity that the window gives itself.
Name: "{group}\Keyturn"; Filename: "{app}\Keyturn Window.exe"; AppUserModelID: "net.keyturn.Keyturn"

[Tasks]
Name: "path"; Description: "Let me type `keyturn` in a terminal"

[Registry]
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; \
    Tasks: path; Check: NotOnPath(ExpandConstant('{app}'))

[UninstallRun]
; The reminder at login is the person's own setting; without the program it would only fail.
Filename: "reg.exe"; Parameters: "delete HKCU\Software\Microsoft\Windows\CurrentVersion\Run /v Keyturn /f"; \
    Flags: runhidden; RunOnceId: "Autostart"

[Code]
function NotOnPath(Folder: string): Boolean;
var
  Paths: string;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Paths) then
    Paths := '';
  Result := Pos(';' + Uppercase(Folder) + ';', ';' + Uppercase(Paths) + ';') = 0;
end;
