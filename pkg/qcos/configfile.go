package qcos

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
)

// configFile is config.json, read. The nil *configFile has no values.
type configFile struct {
	top      map[string]json.RawMessage
	profiles map[string]map[string]json.RawMessage
	mode     os.FileMode
	folder   os.FileMode
}

const maxConfigFile = 1 << 20 // bytes; one that is larger is some other file

func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfigFile+1))
	if err == nil && len(text) > maxConfigFile {
		err = fmt.Errorf("it is longer than %d KiB", maxConfigFile>>10)
	}
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), err
}

// readConfig reads config.json; one that is absent has no values, unless the caller named it.
func readConfig(path string, explicit bool) (*configFile, error) {
	if path == "" {
		return nil, nil
	}
	text, err := readSmall(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !explicit:
		return nil, nil
	case err != nil:
		return nil, configError("", "%s cannot be read: %v", path, plain(err))
	}
	f := &configFile{profiles: map[string]map[string]json.RawMessage{}, mode: modeOf(path), folder: modeOf(filepath.Dir(path))}
	if len(bytes.TrimSpace(text)) == 0 {
		return f, nil
	}
	if err := f.parse(text); err != nil {
		return nil, configError("repair it, or move it away and run qcos configure", "%s %v", path, err)
	}
	return f, nil
}

// modeOf is who may do what with a file, 0 where the system has no such thing or the file is gone.
func modeOf(path string) os.FileMode {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return 0
	}
	return info.Mode().Perm()
}

// exposed tells where others than the user may read the file, or put another in its place.
func (f *configFile) exposed(path string) []string {
	var warnings []string
	if f != nil && f.mode&0o077 != 0 {
		warnings = append(warnings, fmt.Sprintf("%s may be read by others (mode %04o); repair it with chmod 600", path, f.mode))
	}
	if f != nil && f.folder&0o022 != 0 {
		warnings = append(warnings, fmt.Sprintf("%s may be changed by others (mode %04o); repair it with chmod 700", filepath.Dir(path), f.folder))
	}
	return warnings
}

// parse reads the file and checks that the members that are ours have the types that they must have.
func (f *configFile) parse(text []byte) error {
	if err := json.Unmarshal(text, &f.top); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line, column := placeOf(text, int(syntax.Offset)-1)
			return fmt.Errorf("line %d, column %d: %w", line, column, err)
		}
		return errors.New("line 1: the file must be an object in braces")
	}
	if err := checkMembers(text, f.top, false); err != nil {
		return err
	}
	raw, ok := f.top["profiles"]
	if !ok || string(raw) == "null" {
		return nil
	}
	var profiles map[string]json.RawMessage
	if json.Unmarshal(raw, &profiles) != nil {
		return memberError(text, "profiles", "an object in braces")
	}
	for name, raw := range profiles {
		if string(raw) == "null" {
			continue
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil {
			return memberError(text, name, "an object in braces")
		}
		if err := checkMembers(text, members, true); err != nil {
			return err
		}
		f.profiles[name] = members
	}
	return nil
}

func checkMembers(text []byte, members map[string]json.RawMessage, inProfile bool) error {
	for _, row := range settingTable {
		raw, ok := members[row.key]
		if !ok || inProfile && row.topLevel || string(raw) == "null" {
			continue
		}
		number := row.numeric && (raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9')
		if raw[0] == '"' || number {
			continue
		}
		if row.numeric {
			return memberError(text, row.key, "a number, or a string in quotes")
		}
		return memberError(text, row.key, "a string in quotes")
	}
	return nil
}

// memberError says what a member must be, and on which line its name stands first.
func memberError(text []byte, name, want string) error {
	quoted, _ := json.Marshal(name)
	line, _ := placeOf(text, max(0, bytes.Index(text, quoted)))
	return fmt.Errorf("line %d: %s must be %s", line, name, want)
}

// placeOf turns an offset into line and column, from 1, columns in code points.
func placeOf(text []byte, offset int) (line, column int) {
	before := text[:max(0, min(offset, len(text)))]
	return 1 + bytes.Count(before, []byte("\n")), 1 + len(bytes.Runes(before[bytes.LastIndexByte(before, '\n')+1:]))
}

func (f *configFile) value(profile string, row *setting) (string, bool) {
	if f == nil {
		return "", false
	}
	members := f.top
	if profile != "" {
		members = f.profiles[profile]
	}
	raw, ok := members[row.key]
	if !ok || string(raw) == "null" {
		return "", false
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	return text, true
}

func (f *configFile) hasProfile(name string) bool { return f != nil && f.profiles[name] != nil }

func (f *configFile) profileNames() []string {
	if f == nil {
		return nil
	}
	var names []string
	for name := range f.profiles {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
