; The installer for Windows, made by Inno Setup 6 from the frozen folder: iscc packaging\windows\keyturn.iss
; It asks for no administrator: everything goes to the person's own program folder.

#define Version GetVersionNumbersString("..\..\dist\keyturn\keyturn.exe")

[Setup]
AppId={{6B0C1B7E-0D5C-4B0E-9F6D-6A2A1C6E7A11}
AppName=Keyturn
AppVersion={#Version}
AppPublisher=The Keyturn developers
; Profiles of the AWS files may ask Keyturn for their key, and some programs split that line at each blank.
DefaultDirName={code:ProgramsWithoutBlanks}\Keyturn
DefaultGroupName=Keyturn
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ChangesEnvironment=yes
OutputDir=..\..\dist
OutputBaseFilename=Keyturn-{#Version}-setup
Compression=lzma2/max
SolidCompression=yes
; An upgrade asks to close the window and the icon, and does not start them again: a rotation is resumed by its person.
CloseApplications=yes
RestartApplications=no
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
; The icon runs the program that is removed. Whatever it is ended in goes on from Keyturn's journal (SAFETY.md).
Filename: "{sys}\taskkill.exe"; Parameters: "/F /IM ""Keyturn Window.exe"" /FI ""USERNAME eq {username}"""; \
    Flags: runhidden; RunOnceId: "Icon"
; The reminder at login is the person's own setting; without the program it would only fail.
Filename: "{sys}\reg.exe"; Parameters: "delete HKCU\Software\Microsoft\Windows\CurrentVersion\Run /v Keyturn /f"; \
    Flags: runhidden; RunOnceId: "Autostart"

[Code]
{ The folder for programs; by its short name where the person's name has a blank and the disk has short names. }
function ProgramsWithoutBlanks(Param: string): string;
var
  Short: string;
begin
  Result := ExpandConstant('{autopf}');
  { It may not be there yet; the one above it is. }
  Short := GetShortName(ExtractFileDir(Result)) + '\' + ExtractFileName(Result);
  if (Pos(' ', Result) > 0) and (Pos(' ', Short) = 0) then
    Result := Short;
end;

function NotOnPath(Folder: string): Boolean;
var
  Paths: string;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Paths) then
    Paths := '';
  Result := Pos(';' + Uppercase(Folder) + ';', ';' + Uppercase(Paths) + ';') = 0;
end;

{ Takes the folder out of the person's PATH: nothing else of it changes, and an empty one goes. }
procedure TakeOffPath(Folder: string);
var
  Paths: string;
  Place: Integer;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Paths) then
    exit;
  Place := Pos(';' + Uppercase(Folder) + ';', ';' + Uppercase(Paths) + ';');
  if Place = 0 then
    exit;
  { `Place` counts in a text with one semicolon more in front. The first folder goes with the semicolon behind it, each
    other one with that before it. }
  if Place > 1 then
    Place := Place - 1;
  Delete(Paths, Place, Length(Folder) + 1);
  if Paths = '' then
    RegDeleteValue(HKCU, 'Environment', 'Path')
  else
    RegWriteExpandStringValue(HKCU, 'Environment', 'Path', Paths);
end;

procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
begin
  if CurUninstallStep = usPostUninstall then
    TakeOffPath(ExpandConstant('{app}'));
end;
