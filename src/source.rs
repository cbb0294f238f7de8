//! The only owner of text. Every place in a file is a [`Span`], which is `Copy`.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::git::Past;

/// The largest file that is read, in bytes. Larger files become opaque as a whole.
pub const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Which file of [`Sources`] a place lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A place: a half-open range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The beginning of a file, for what concerns it as a whole.
    pub fn top(file: FileId) -> Span {
        Span { file, start: 0, end: 0 }
    }

    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// One file: where it lies under the root, and what it says.
#[derive(Debug)]
pub struct SourceFile {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: String,
    /// It reads so at the base; here it may read otherwise.
    pub at_base: bool,
    lines: OnceLock<Vec<u32>>,
}

/// A line and column as people count: both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl SourceFile {
    pub fn new(path: String, text: String) -> SourceFile {
        SourceFile { path, text, at_base: false, lines: OnceLock::new() }
    }

    /// Byte offsets at which lines begin.
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|&(_, b)| b == b'\n');
            std::iter::once(0).chain(ends.map(|(i, _)| i as u32 + 1)).collect()
        })
    }

    pub fn position(&self, offset: u32) -> Position {
        let offset = self.floor(offset);
        let line = self.lines().partition_point(|&start| start as usize <= offset).max(1);
        let start = self.lines()[line - 1] as usize;
        Position { line, column: self.text[start..offset].chars().count() + 1 }
    }

    /// The text at a place; clipped to the file, never a panic.
    pub fn slice(&self, span: Span) -> &str {
        let (start, end) = (self.floor(span.start), self.floor(span.end));
        &self.text[start..end.max(start)]
    }

    /// The nearest character boundary at or below an offset.
    pub fn floor(&self, offset: u32) -> usize {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// All files read so far. Shared between threads; files are only added, and
/// nothing outside the root is ever read.
#[derive(Debug)]
pub struct Sources {
    /// Canonical, so that links can be held inside it.
    root: PathBuf,
    /// What is read of the project by path: the work tree, or a commit.
    tree: Tree,
    by_path: RwLock<HashMap<String, Result<FileId, String>>>,
    /// Folders of files that were read, with their paths through no link.
    folders: RwLock<HashMap<PathBuf, PathBuf>>,
    texts: Arc<Texts>,
}

/// Where the files of a project come from.
#[derive(Debug)]
enum Tree {
    Work,
    Past(Box<Past>),
}

/// A look through many files for something that few of them have. What it costs is bounded.
#[derive(Debug)]
pub struct Glance {
    bytes: u64,
    steps: u64,
    cut: bool,
}

impl Default for Glance {
    /// As much as the largest projects have of code.
    fn default() -> Glance {
        Glance { bytes: 512 * 1024 * 1024, steps: 200_000_000, cut: false }
    }
}

impl Glance {
    /// A file's text, which is not kept; `None`, too, once too much was read.
    pub fn peek(&mut self, sources: &Sources, path: &str) -> Option<String> {
        if self.cut {
            return None;
        }
        let text = sources.peek(path)?;
        match self.bytes.checked_sub(text.len() as u64) {
            Some(left) => self.bytes = left,
            None => self.cut = true,
        }
        (!self.cut).then_some(text)
    }

    /// Whether some more work may be done on what was read; its unit is a token or a byte.
    pub fn spend(&mut self, steps: usize) -> bool {
        match self.steps.checked_sub(steps as u64) {
            Some(left) if !self.cut => self.steps = left,
            _ => self.cut = true,
        }
        !self.cut
    }

    /// Whether it ended before everything was looked at.
    pub fn is_cut(&self) -> bool {
        self.cut
    }
}

/// Every text by its id, whichever tree it is of: a place is the same for all that see it.
#[derive(Debug, Default)]
struct Texts(RwLock<Vec<Arc<SourceFile>>>);

impl Sources {
    /// `root` is made canonical; it must exist.
    pub fn new(root: &Path) -> std::io::Result<Sources> {
        let root = root.canonicalize()?;
        Ok(Sources {
            root,
            tree: Tree::Work,
            by_path: RwLock::default(),
            folders: RwLock::default(),
            texts: Arc::default(),
        })
    }

    /// The same project as a commit has it. Places in its files can be shown by both.
    pub fn at(&self, past: Past) -> Sources {
        Sources {
            root: self.root.clone(),
            tree: Tree::Past(Box::new(past)),
            by_path: RwLock::default(),
            folders: RwLock::default(),
            texts: Arc::clone(&self.texts),
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Reads a file given by its path under the root; the same file is read once.
    ///
    /// # Errors
    /// A sentence for people: missing, leaves the root, too large, not UTF-8.
    pub fn load(&self, path: &str) -> Result<FileId, String> {
        if let Some(known) = read(&self.by_path).get(path) {
            return known.clone();
        }
        let text = self.text(path);
        let mut by_path = write(&self.by_path);
        if let Some(known) = by_path.get(path) {
            return known.clone();
        }
        let outcome = text.map(|text| self.add(path, text));
        by_path.insert(path.to_owned(), outcome.clone());
        outcome
    }

    /// A file's text, which is not kept: for a look at many files, most of which do not matter.
    pub fn peek(&self, path: &str) -> Option<String> {
        self.text(path).ok()
    }

    /// Files that were asked for and that the clone does not hold as the base has them.
    pub fn lacking(&self) -> usize {
        match &self.tree {
            Tree::Work => 0,
            Tree::Past(past) => past.lacking(),
        }
    }

    fn text(&self, path: &str) -> Result<String, String> {
        match &self.tree {
            Tree::Work => self.work_text(path),
            Tree::Past(past) => past.text(path),
        }
    }

    fn work_text(&self, path: &str) -> Result<String, String> {
        let whole = self.root.join(path);
        let folder = whole.parent().and_then(|folder| self.real(folder));
        let (Some(folder), Some(name)) = (folder, whole.file_name()) else {
            return read_bounded(&whole, &self.root);
        };
        let file = folder.join(name);
        match fs::symlink_metadata(&file) {
            Ok(meta) if !meta.is_symlink() => read_real(&file, &meta, &self.root),
            _ => read_bounded(&file, &self.root),
        }
    }

    /// A folder's path through no link, looked for once for all of its files.
    fn real(&self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = read(&self.folders).get(folder) {
            return Some(known.clone());
        }
        let real = folder.canonicalize().ok()?;
        write(&self.folders).insert(folder.to_owned(), real.clone());
        Some(real)
    }

    /// The names in a folder under the root, sorted; nothing of one that leads out of it.
    pub fn names(&self, dir: &str, most: usize) -> Vec<String> {
        if let Tree::Past(past) = &self.tree {
            return past.names(dir, most);
        }
        let Ok(folder) = self.root.join(dir).canonicalize() else { return Vec::new() };
        if !folder.starts_with(&self.root) {
            return Vec::new();
        }
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.take(most).collect();
        names.sort_unstable();
        names
    }

    /// Adds text that lies in no readable file, such as a file as the base has it.
    pub fn add(&self, path: &str, text: String) -> FileId {
        let at_base = matches!(self.tree, Tree::Past(_));
        self.texts.push(SourceFile { at_base, ..SourceFile::new(path.to_owned(), text) })
    }

    /// Puts a text under a path that the work tree does not have, as the base has it there.
    pub fn overlay(&self, path: &str, text: String) {
        let mut by_path = write(&self.by_path);
        if !matches!(by_path.get(path), Some(Ok(_))) {
            let id = self.add(path, text);
            by_path.insert(path.to_owned(), Ok(id));
        }
    }

    /// Adds a file that could not be read, so that a message can name it.
    pub fn placeholder(&self, path: &str) -> FileId {
        self.add(path, String::new())
    }

    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        Arc::clone(&read(&self.texts.0)[id.0 as usize])
    }

    pub fn path(&self, id: FileId) -> String {
        self.file(id).path.clone()
    }

    pub fn is_file(&self, path: &str) -> bool {
        match &self.tree {
            Tree::Work => self.root.join(path).is_file(),
            Tree::Past(past) => past.is_file(path),
        }
    }

    pub fn is_dir(&self, path: &str) -> bool {
        match &self.tree {
            Tree::Work => self.root.join(path).is_dir(),
            Tree::Past(past) => past.is_dir(path),
        }
    }
}

impl Texts {
    fn push(&self, file: SourceFile) -> FileId {
        let mut files = write(&self.0);
        let id = FileId(u32::try_from(files.len()).unwrap_or(u32::MAX));
        files.push(Arc::new(file));
        id
    }
}

/// Nothing is left half done under these locks: what another thread dies of is no matter here.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(|e| e.into_inner())
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(|e| e.into_inner())
}

/// Reads a file that has to lie below a folder, whatever links lead there.
///
/// # Errors
/// Why it is not read: missing, elsewhere, no regular file, too large, no text.
pub fn read_bounded(path: &Path, inside: &Path) -> Result<String, String> {
    let failed = |e: std::io::Error| format!("cannot be read: {}", plain(&e));
    let real = path.canonicalize().map_err(failed)?;
    let meta = fs::metadata(&real).map_err(failed)?;
    read_real(&real, &meta, inside)
}

/// Reads a file whose path leads through no link.
fn read_real(path: &Path, meta: &fs::Metadata, inside: &Path) -> Result<String, String> {
    if !path.starts_with(inside) {
        return Err("is a link that leaves the project".to_owned());
    }
    if !meta.is_file() {
        return Err("is not a regular file".to_owned());
    }
    if meta.len() > MAX_FILE {
        return Err(format!("has {} bytes; files over {MAX_FILE} bytes are not read", meta.len()));
    }
    let bytes = fs::read(path).map_err(|e| format!("cannot be read: {}", plain(&e)))?;
    let text = String::from_utf8(bytes)
        .map_err(|e| format!("is not UTF-8 (byte {})", e.utf8_error().valid_up_to()))?;
    match text.bytes().position(|b| b == 0) {
        Some(at) => Err(format!("holds a NUL (byte {at})")),
        None => Ok(text),
    }
}

/// An error of the operating system without the "(os error 2)" that helps nobody.
pub(crate) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}
