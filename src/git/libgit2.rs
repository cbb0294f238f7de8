//! A repository as libgit2 reads it, inside this process.

use std::path::Path;

use git2::{BranchType, ErrorCode, ObjectType, Oid};

use super::{
    MAX_BLOB,
    repository::{Id, LINK, Listed, MAX_ENTRIES, MAX_PATHS, Refused, Unlisted, Unread},
};

pub(super) struct Libgit2(git2::Repository);

/// What git would call a text, with SHA-1.
pub(super) fn hash(text: &str) -> Option<Id> {
    Oid::hash_object(ObjectType::Blob, text.as_bytes()).ok().and_then(id)
}

impl Libgit2 {
    /// Fails for what libgit2 1.9 does not know: reftable, SHA-256, and every extension that is
    /// newer, partial clones among them.
    pub(super) fn open(work: &Path) -> Result<Libgit2, Refused> {
        let repository = git2::Repository::open(work.join(".git"));
        repository.map(Libgit2).map_err(|e| match e.code() {
            ErrorCode::Owner => Refused::Owner,
            _ => Refused::Other(e.message().to_owned()),
        })
    }

    pub(super) fn head(&self) -> Result<Id, Refused> {
        let head = self.0.head().and_then(|head| head.peel_to_commit());
        let commit = head.map_err(|e| match e.code() {
            ErrorCode::UnbornBranch => Refused::Unborn,
            _ => Refused::Other(e.message().to_owned()),
        })?;
        id(commit.id()).ok_or_else(|| Refused::Other("HEAD has no name".to_owned()))
    }

    pub(super) fn commit(&self, name: &str) -> Option<Id> {
        let object = self.0.revparse_single(name).ok()?;
        object.peel_to_commit().ok().and_then(|commit| id(commit.id()))
    }

    pub(super) fn header(&self, commit: &Id) -> String {
        let found = self.0.find_commit(oid(commit));
        found.map_or(String::new(), |c| String::from_utf8_lossy(c.raw_header_bytes()).into_owned())
    }

    pub(super) fn merge_base(&self, one: &Id, other: &Id) -> Option<Id> {
        self.0.merge_base(oid(one), oid(other)).ok().and_then(id)
    }

    pub(super) fn list(&self, commit: &Id, folder: &str) -> Result<Vec<Listed>, Unlisted> {
        let tree = self.0.find_commit(oid(commit)).and_then(|c| c.tree());
        let mut tree = tree.map_err(|_| Unlisted::Missing)?;
        if !folder.is_empty() {
            let Ok(entry) = tree.get_path(Path::new(folder)) else { return Ok(Vec::new()) };
            if entry.kind() != Some(ObjectType::Tree) {
                return Ok(Vec::new());
            }
            tree = self.0.find_tree(entry.id()).map_err(|_| Unlisted::Missing)?;
        }
        // Not libgit2's own walk, which recurses, and ends at nothing.
        let mut files = Vec::new();
        let mut open = vec![(tree.id(), String::new())];
        let (mut entries, mut bytes) = (0, 0);
        while let Some((id_of, above)) = open.pop() {
            let tree = self.0.find_tree(id_of).map_err(|_| Unlisted::Missing)?;
            for entry in &tree {
                let Ok(name) = entry.name() else { continue };
                let path = format!("{above}{name}");
                entries += 1;
                bytes += path.len();
                if entries > MAX_ENTRIES || bytes > MAX_PATHS {
                    return Err(Unlisted::TooMany);
                }
                match entry.kind() {
                    Some(ObjectType::Tree) => open.push((entry.id(), path + "/")),
                    Some(ObjectType::Blob) => {
                        let blob = id(entry.id()).filter(|_| entry.filemode() as u32 != LINK);
                        files.push((path, blob));
                    }
                    _ => {}
                }
            }
        }
        Ok(files)
    }

    pub(super) fn submodule(&self, commit: &Id, path: &str) -> Option<Id> {
        let tree = self.0.find_commit(oid(commit)).and_then(|c| c.tree()).ok()?;
        let entry = tree.get_path(Path::new(path)).ok()?;
        (entry.kind() == Some(ObjectType::Commit)).then(|| id(entry.id())).flatten()
    }

    pub(super) fn blob(&self, blob: &Id) -> Result<Vec<u8>, Unread> {
        let blob = self.0.find_blob(oid(blob)).map_err(|_| Unread::Missing)?;
        if blob.size() > MAX_BLOB { Err(Unread::NotText) } else { Ok(blob.content().to_vec()) }
    }

    pub(super) fn branch(&self) -> Option<String> {
        let head = self.0.find_reference("HEAD").ok()?;
        head.symbolic_target().ok().flatten().map(str::to_owned)
    }

    pub(super) fn upstream(&self) -> Option<String> {
        let name = self.0.branch_upstream_name(&self.branch()?).ok()?;
        name.as_str().ok().map(str::to_owned)
    }

    pub(super) fn remotes(&self) -> Vec<String> {
        let Ok(names) = self.0.remotes() else { return Vec::new() };
        names.iter().flatten().flatten().map(str::to_owned).collect()
    }

    pub(super) fn symbolic(&self, name: &str) -> Option<String> {
        let reference = self.0.find_reference(name).ok()?;
        reference.symbolic_target().ok().flatten().map(str::to_owned)
    }

    pub(super) fn branches(&self) -> Option<usize> {
        self.0.branches(Some(BranchType::Local)).ok().map(Iterator::count)
    }

    pub(super) fn default_branch(&self) -> Option<String> {
        self.0.config().ok()?.get_string("init.defaultBranch").ok()
    }

    pub(super) fn is_shallow(&self) -> bool {
        self.0.is_shallow()
    }
}

fn id(oid: Oid) -> Option<Id> {
    Id::parse(&oid.to_string())
}

/// A name that libgit2 cannot hold becomes that of no object.
fn oid(id: &Id) -> Oid {
    Oid::from_str(id.as_str()).unwrap_or(Oid::ZERO_SHA1)
}
