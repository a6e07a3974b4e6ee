package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// File is config.json in memory: the settings outside of profiles, the profiles, and whatever else somebody wrote there, which
// stays as and where it is. It is not safe for concurrent use.
type File struct {
	Path string

	root    object
	mode    []string // what is too open about the file and its folder
	changed bool     // since it was read
}

const profilesKey = "profiles"

// FileValue is the text of a member of config.json and the line, from 1, on which it stands; a value just set has line 0.
type FileValue struct {
	Text string
	Line int
}

// ReadFile reads config.json; one that is absent has no settings. A file that is not valid is an *Error with line and column.
func ReadFile(path string) (*File, error) {
	f := &File{Path: path}
	data, info, err := readSmall(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, nil
	case err != nil:
		return nil, fail("", "%s %s", Tilde(path), reading(err))
	}
	f.mode = exposed(path, info)
	if len(bytes.TrimSpace(data)) == 0 {
		return f, nil
	}
	if f.root, err = parseObject(data); err == nil {
		err = f.check()
	}
	if err != nil {
		return nil, f.broken(data, err)
	}
	return f, nil
}

// broken turns an error at an offset into one at a line and a column, both counted from 1, columns in code points.
func (f *File) broken(data []byte, err error) error {
	var at *offsetError
	if !errors.As(err, &at) {
		return fail("", "%s: %v", Tilde(f.Path), err)
	}
	before := data[:min(at.offset, len(data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + len(bytes.Runes(before[bytes.LastIndexByte(before, '\n')+1:]))
	return fail("repair it, or move it away and run qcos configure", "%s line %d, column %d: %s", Tilde(f.Path), line, column, at.what)
}

// check tells whether the members that are ours have the types that they must have. Whether a text is a good value is
// Resolve's to say, and only when the value is used.
func (f *File) check() error {
	if err := checkMembers(f.root, func(*Setting) bool { return true }); err != nil {
		return err
	}
	profiles, ok, err := f.profiles()
	if err != nil || !ok {
		return err
	}
	for _, m := range profiles {
		profile, err := m.object()
		if err != nil {
			return err
		}
		if err := checkMembers(profile, func(row *Setting) bool { return !row.TopLevel }); err != nil {
			return err
		}
	}
	return nil
}

func checkMembers(o object, ours func(*Setting) bool) error {
	for i := range table {
		row := &table[i]
		m := o.find(row.Key)
		if m == nil || !ours(row) || m.isNull() {
			continue
		}
		if _, err := m.text(row); err != nil {
			return err
		}
	}
	return nil
}

// profiles is the object of profiles; false where there is none.
func (f *File) profiles() (object, bool, error) {
	m := f.root.find(profilesKey)
	if m == nil || m.isNull() {
		return nil, false, nil
	}
	o, err := m.object()
	return o, err == nil, err
}

// members is the object of a profile, or for "" the part outside of profiles.
func (f *File) members(profile string) (object, bool) {
	if profile == "" {
		return f.root, true
	}
	profiles, ok, _ := f.profiles()
	if !ok {
		return nil, false
	}
	m := profiles.find(profile)
	if m == nil || m.isNull() {
		return nil, false
	}
	o, err := m.object()
	return o, err == nil
}

// Profiles lists the names of the profiles in their order in the file.
func (f *File) Profiles() []string {
	var names []string
	profiles, _, _ := f.profiles()
	for _, m := range profiles {
		names = append(names, m.name)
	}
	return names
}

// HasProfile tells whether there is a profile of this name; upper and lower case differ.
func (f *File) HasProfile(name string) bool {
	_, ok := f.members(name)
	return ok && name != ""
}

// Get is what the file says for a setting in a profile, or with "" outside of profiles, as it is written there.
func (f *File) Get(profile string, row *Setting) (FileValue, bool) {
	o, ok := f.members(profile)
	if !ok {
		return FileValue{}, false
	}
	m := o.find(row.Key)
	if m == nil || m.isNull() {
		return FileValue{}, false
	}
	text, err := m.text(row)
	return FileValue{text, m.line}, err == nil
}

// Set gives a setting a value in a profile, which is made where it is absent, or with "" outside of profiles. The value and
// the name of the profile must be good ones (CheckValue, CheckProfileName).
func (f *File) Set(profile string, row *Setting, text string) {
	f.changed = true
	value := encode(text)
	if _, err := strconv.ParseUint(text, 10, 32); err == nil && row.Numeric {
		value = json.RawMessage(text)
	}
	if profile == "" {
		f.root.set(row.Key, value)
		return
	}
	profiles, _, _ := f.profiles()
	o, _ := f.members(profile)
	o.set(row.Key, value)
	profiles.set(profile, o.encode())
	f.root.set(profilesKey, profiles.encode())
}

// Unset takes a setting out of a profile, or with "" out of the part outside of profiles, and says whether it was there. A
// profile with nothing left in it goes as well.
func (f *File) Unset(profile string, row *Setting) bool {
	o, ok := f.members(profile)
	if !ok || !o.remove(row.Key) {
		return false
	}
	f.changed = true
	if profile == "" {
		f.root = o
		return true
	}
	profiles, _, _ := f.profiles()
	profiles.set(profile, o.encode())
	if len(o) == 0 {
		profiles.remove(profile)
	}
	f.root.set(profilesKey, profiles.encode())
	if len(profiles) == 0 {
		f.root.remove(profilesKey)
	}
	return true
}

// Exposed warns where others than the user may read the file, or put another in its place.
func (f *File) Exposed() []string { return slices.Clone(f.mode) }

func exposed(path string, info os.FileInfo) []string {
	var warnings []string
	if sharedMode(info, 0o077) {
		warnings = append(warnings, fmt.Sprintf("%s may be read by others (mode %04o); repair it with chmod 600", Tilde(path), info.Mode().Perm()))
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err == nil && sharedMode(info, 0o022) {
		warnings = append(warnings, fmt.Sprintf("%s may be changed by others (mode %04o); repair it with chmod 700", Tilde(folder), info.Mode().Perm()))
	}
	return warnings
}
