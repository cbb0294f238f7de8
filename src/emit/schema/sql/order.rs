//! What has to stand before what.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::ir::Name;

/// Things by name, each behind those that it needs; of what turns in a circle, by name.
pub(super) fn sorted<'a, T>(
    things: impl IntoIterator<Item = &'a T>,
    name: impl Fn(&'a T) -> &'a Name,
    needs: impl Fn(&'a T) -> &'a [Name],
) -> Vec<&'a T> {
    let things: Vec<&T> = things.into_iter().collect();
    let places: HashMap<&Name, usize> =
        things.iter().enumerate().map(|(at, thing)| (name(thing), at)).collect();
    let mut waiting: Vec<usize> = vec![0; things.len()];
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); things.len()];
    for (at, thing) in things.iter().enumerate() {
        let needed: HashSet<usize> =
            needs(thing).iter().filter_map(|n| places.get(n).copied()).collect();
        for before in needed.into_iter().filter(|before| *before != at) {
            waiting[at] += 1;
            followers[before].push(at);
        }
    }
    let mut ready: BTreeSet<usize> = (0..things.len()).filter(|at| waiting[*at] == 0).collect();
    let mut out = Vec::with_capacity(things.len());
    let mut put = vec![false; things.len()];
    while let Some(at) = ready.pop_first() {
        out.push(things[at]);
        put[at] = true;
        for follower in &followers[at] {
            waiting[*follower] -= 1;
            if waiting[*follower] == 0 {
                ready.insert(*follower);
            }
        }
    }
    out.extend(things.iter().enumerate().filter(|(at, _)| !put[*at]).map(|(_, thing)| *thing));
    out
}

#[cfg(test)]
mod tests {
    use super::sorted;
    use crate::ir::Name;

    #[test]
    fn what_is_needed_comes_first_and_circles_end() {
        let thing = |name: &str, needs: &[&str]| {
            (Name::plain(name), needs.iter().map(|n| Name::plain(n)).collect::<Vec<_>>())
        };
        let things = [
            thing("a", &["b"]),
            thing("b", &["c"]),
            thing("c", &[]),
            thing("x", &["y"]),
            thing("y", &["x"]),
        ];
        let names: Vec<String> =
            sorted(&things, |t| &t.0, |t| &t.1).into_iter().map(|t| t.0.to_string()).collect();
        assert_eq!(names, ["c", "b", "a", "x", "y"]);
    }
}
