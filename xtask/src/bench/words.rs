//! The vocabulary of the bodies: about 600 words of technical English, and the words that are made of them.
//!
//! Must not know: pages.

use super::random::{Random, Zipf};

const NOUNS: &str = "server request queue cluster service container index schema token session worker build pipeline \
deployment database table column query record field parser lexer compiler linker binary library crate dependency \
version release branch commit merge conflict review ticket incident alert metric trace span counter gauge histogram \
dashboard budget threshold latency throughput bandwidth backlog batch buffer cache cursor pointer reference handle \
socket listener port address gateway proxy router firewall certificate secret credential password policy role \
permission audit account tenant customer invoice payment order basket catalogue product warehouse shipment carrier \
region zone datacenter rack node disk volume snapshot backup archive retention replica shard partition segment offset \
consumer producer broker topic message event payload envelope header footer body fragment template layout theme \
palette icon button dialog menu panel sidebar toolbar widget canvas viewport keyboard shortcut gesture animation \
transition frame sprite texture shader vertex polygon matrix vector scalar tensor gradient kernel thread process \
signal interrupt scheduler governor mutex semaphore barrier channel stream pipe descriptor inode directory folder file \
path extension archive checksum digest signature fingerprint cipher nonce salt entropy generator sampler estimator \
classifier corpus dataset feature label baseline benchmark profile sample stack heap allocator arena page frame leak \
overflow underflow boundary edge corner exception error warning diagnostic message hint fix patch migration rollback \
rollout canary experiment flag variant cohort funnel conversion visitor reader author editor reviewer owner maintainer \
contributor sponsor roadmap milestone backlog sprint estimate deadline calendar schedule reminder notification \
subscription digest inbox mailbox attachment thread comment reaction emoji mention glossary chapter section paragraph \
sentence heading anchor footnote figure caption diagram chart legend axis scale unit ratio percentile median average \
deviation outlier window interval duration timeout deadline retry backoff jitter quota limit throttle bucket lease \
election leader follower quorum ballot epoch clock timestamp timezone locale translation currency decimal fraction \
rounding precision tolerance sensor actuator device firmware driver controller bus bridge switch cable antenna beacon \
satellite battery charger voltage current resistor circuit board chassis housing bracket fastener gasket valve pump \
reactor turbine furnace compressor conveyor robot gripper joint axle wheel brake throttle engine gearbox suspension \
cockpit runway hangar terminal platform station tunnel crossing junction timetable passenger luggage ticket fare";

const VERBS: &str = "accept adjust align allocate announce append apply archive assert assign attach audit balance \
batch block bootstrap buffer cache calculate capture check clean clone close collect combine compare compile compose \
compress compute configure connect consume convert copy count create decode define delegate deliver deploy describe \
detect disable discard discover display divide document download drain emit enable encode encrypt enforce enqueue \
enter escape estimate evaluate evict examine exclude execute expand expire explain export expose extend extract fail \
fetch filter finish flatten flush follow forward freeze gather generate group guard handle hash help highlight \
identify ignore import improve include index inherit initialize inspect install integrate interpolate intercept \
invalidate invoke isolate issue iterate join keep label launch limit link list load locate lock measure merge migrate \
mirror monitor mount move multiply narrow negotiate normalize notify observe open order pack parse partition pass \
pause persist point poll prefer prepare preserve prevent print probe process produce profile promote protect provide \
provision prune publish pull purge push query quote raise rank reach rebuild receive record recover redirect reduce \
refresh register reject release reload remove rename render repair repeat replace replay replicate report request \
require reserve reset resize resolve restart restore restrict resume retain retire retry return reuse reverse review \
revoke rewrite rotate sample sanitize save scale schedule search secure select separate serialize serve share shift \
shorten sign skip sort start store suspend switch synchronize tag terminate test throttle toggle trace track train \
transfer transform translate trigger truncate trust tune unlock unpack update upgrade upload validate verify visit \
wait walk warn watch wrap";

const ADJECTIVES: &str = "active actual additional available average basic big binary bounded brief broken central cheap \
clean clear closed cold common compact compatible complete complex concurrent consistent constant correct critical \
current custom dead deep default dense deprecated different direct distinct double dry dynamic eager early easy empty \
equal exact explicit external false fast final first flat foreign free frequent fresh full general global good gradual \
healthy heavy hidden high hot huge idle immutable implicit important independent initial internal invalid large last \
late lazy legacy light linear local lonely long loose low main manual minimal missing mobile modern mutable narrow \
native nested new next noisy normal obsolete offline old online open optional ordinary original outer parallel partial \
passive pending permanent plain portable possible previous primary private proper public pure quick quiet random rare \
raw ready real recent recursive redundant regional regular related reliable remote rich rigid rough safe scarce second \
secondary serial shallow shared short silent similar simple single slow small smart soft sparse special stable stale \
standard static steady strict strong sudden suitable temporary thin tiny total transient trusted typical unique \
universal unknown unused upper usual valid verbose virtual visible volatile warm weak wide";

const PREFIXES: &[&str] = &["sub", "micro", "multi", "inter", "pre", "super", "meta", "auto"];

/// The bodies' vocabulary, most frequent words first.
pub(super) struct Words {
    nouns: Vec<String>,
    verbs: Vec<String>,
    adjectives: Vec<String>,
    noun_ranks: Zipf,
    verb_ranks: Zipf,
    adjective_ranks: Zipf,
}

/// Nouns that a group of pages prefers, as pages about one subject do.
pub(super) struct Subject {
    nouns: Vec<String>,
    ranks: Zipf,
}

impl Words {
    pub(super) fn new() -> Self {
        let (mut nouns, mut verbs, mut adjectives) = (list(NOUNS, 1), list(VERBS, 2), list(ADJECTIVES, 3));
        let (noun_tail, adjective_tail) = (nouns.len(), adjectives.len());
        let derived = PREFIXES.iter().flat_map(|prefix| nouns.iter().map(move |noun| format!("{prefix}{noun}")));
        let derived: Vec<String> = shuffled(derived.collect(), 4);
        nouns.extend(derived);
        let able = verbs.iter().map(|verb| format!("{}able", verb.trim_end_matches('e')));
        let derived = able.chain(adjectives.iter().map(|adjective| format!("non-{adjective}")));
        let derived = shuffled(derived.collect(), 5);
        adjectives.extend(derived);
        let derived: Vec<String> = verbs.iter().map(|verb| format!("re-{verb}")).collect();
        let verb_tail = verbs.len();
        verbs.extend(derived);
        Self {
            noun_ranks: Zipf::new(nouns.len(), noun_tail),
            verb_ranks: Zipf::new(verbs.len(), verb_tail),
            adjective_ranks: Zipf::new(adjectives.len(), adjective_tail),
            nouns,
            verbs,
            adjectives,
        }
    }

    /// The subject with this number: 30 nouns, most of them frequent ones.
    pub(super) fn subject(&self, number: usize) -> Subject {
        let mut random = Random::new(number as u64, 11);
        let nouns = (0..30).map(|_| self.nouns[self.noun_ranks.rank(&mut random)].clone()).collect();
        Subject { nouns, ranks: Zipf::new(30, 30) }
    }

    /// A noun; two of five are the subject's.
    pub(super) fn noun<'a>(&'a self, subject: &'a Subject, random: &mut Random) -> &'a str {
        if random.chance(40) {
            &subject.nouns[subject.ranks.rank(random)]
        } else {
            &self.nouns[self.noun_ranks.rank(random)]
        }
    }

    /// One of the frequent nouns by its number, without the rare ones.
    pub(super) fn plain_noun(&self, number: usize) -> &str {
        &self.nouns[number % (self.nouns.len() / (PREFIXES.len() + 1))]
    }

    pub(super) fn verb(&self, random: &mut Random) -> &str {
        &self.verbs[self.verb_ranks.rank(random)]
    }

    /// A verb that can stand in a name of a program.
    pub(super) fn plain_verb(&self, random: &mut Random) -> &str {
        self.verb(random).trim_start_matches("re-")
    }

    pub(super) fn adjective(&self, random: &mut Random) -> &str {
        &self.adjectives[self.adjective_ranks.rank(random)]
    }

    /// An adjective that can stand in a name of a program.
    pub(super) fn plain_adjective(&self, random: &mut Random) -> &str {
        self.adjective(random).trim_start_matches("non-")
    }

    /// How many different words there are, without plurals and forms of verbs.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.nouns.len() + self.verbs.len() + self.adjectives.len()
    }
}

/// The words of a list, each once, in a mixed order that never changes.
fn list(words: &str, stream: u64) -> Vec<String> {
    let mut words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    words.sort();
    words.dedup();
    shuffled(words, stream)
}

fn shuffled(mut words: Vec<String>, stream: u64) -> Vec<String> {
    let mut random = Random::new(0, stream);
    for last in (1..words.len()).rev() {
        words.swap(last, random.below(last + 1));
    }
    words
}

/// `query`: `queries`.
pub(super) fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'x']) || noun.ends_with("ch") || noun.ends_with("sh") => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// `cache`: `cached`.
pub(super) fn past(verb: &str) -> String {
    match verb.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ied"),
        _ if verb.ends_with('e') => format!("{verb}d"),
        _ => format!("{verb}ed"),
    }
}

/// `cache`: `caching`.
pub(super) fn gerund(verb: &str) -> String {
    format!("{}ing", verb.strip_suffix('e').unwrap_or(verb))
}

/// The first letter as a capital.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
