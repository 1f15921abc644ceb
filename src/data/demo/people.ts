/** Names of the audience: given and family names of one culture go together; `ascii` makes the handle. */
interface Names {
  given: readonly string[];
  family: readonly string[];
  /** Handles for names that are not written in Latin letters, in the same order. */
  ascii?: { given: readonly string[]; family: readonly string[] };
  familyFirst?: boolean;
}

const english: Names = {
  given: [
    "Amelia",
    "Oliver",
    "Grace",
    "Noah",
    "Ruby",
    "Callum",
    "Hannah",
    "Theo",
    "Maisie",
    "Jack",
    "Priya",
    "Dev",
  ],
  family: [
    "Walker",
    "Bennett",
    "Okafor",
    "Hughes",
    "Marsh",
    "Fletcher",
    "Doyle",
    "Whitaker",
    "Patel",
    "Adeyemi",
  ],
};
const french: Names = {
  given: [
    "Camille",
    "Élodie",
    "Mathieu",
    "Inès",
    "Théo",
    "Chloé",
    "Benoît",
    "Anaïs",
    "Loïc",
    "Margaux",
  ],
  family: [
    "Lefèvre",
    "Moreau",
    "Garnier",
    "Besson",
    "Chevalier",
    "Rousseau",
    "N’Diaye",
    "Delacroix",
    "Perrin",
  ],
};
const german: Names = {
  given: [
    "Jürgen",
    "Anneliese",
    "Finn",
    "Greta",
    "Sören",
    "Mia",
    "Björn",
    "Käthe",
    "Lukas",
    "Emine",
  ],
  family: [
    "Müller",
    "Weiß",
    "Schönfeld",
    "Krüger",
    "Vogel",
    "Yılmaz",
    "Brandt",
    "Hoffmann",
    "Jäger",
  ],
};
const spanish: Names = {
  given: [
    "Lucía",
    "Álvaro",
    "Iñigo",
    "Carmen",
    "Mateo",
    "Sofía",
    "Joaquín",
    "Núria",
    "Diego",
    "Valentina",
  ],
  family: [
    "García",
    "Muñoz",
    "Ibáñez",
    "Castaño",
    "Peña",
    "Domínguez",
    "Ferrer",
    "Quispe",
    "Rodríguez",
  ],
};
const nordic: Names = {
  given: ["Åsa", "Bjørn", "Freja", "Søren", "Linnéa", "Eero", "Sigrún", "Øyvind"],
  family: ["Lindqvist", "Ødegård", "Jørgensen", "Virtanen", "Sæther", "Åkesson"],
};
const polish: Names = {
  given: ["Zofia", "Łukasz", "Małgorzata", "Paweł", "Agnieszka", "Stanisław"],
  family: ["Kowalska", "Wójcik", "Dąbrowski", "Żak", "Szymańska", "Nowak"],
};
const japanese: Names = {
  given: ["陽菜", "蓮", "さくら", "大翔", "結衣", "悠真", "美咲", "健太"],
  family: ["佐藤", "鈴木", "高橋", "田中", "渡辺", "伊藤", "山本", "中村"],
  ascii: {
    given: ["hina", "ren", "sakura", "hiroto", "yui", "yuma", "misaki", "kenta"],
    family: ["sato", "suzuki", "takahashi", "tanaka", "watanabe", "ito", "yamamoto", "nakamura"],
  },
  familyFirst: true,
};
const arabic: Names = {
  given: ["ليلى", "عمر", "سلمى", "يوسف", "نور", "خالد", "مريم", "حسن"],
  family: ["الحسن", "النجار", "حداد", "المصري", "العلي", "قاسم", "منصور", "الخطيب"],
  ascii: {
    given: ["layla", "omar", "salma", "youssef", "nour", "khaled", "maryam", "hassan"],
    family: ["alhassan", "najjar", "haddad", "almasri", "alali", "qasim", "mansour", "alkhatib"],
  },
};
const korean: Names = {
  given: ["서연", "민준", "지우", "하은", "도윤", "수아"],
  family: ["김", "이", "박", "최", "정", "강"],
  ascii: {
    given: ["seoyeon", "minjun", "jiwoo", "haeun", "doyun", "sua"],
    family: ["kim", "lee", "park", "choi", "jung", "kang"],
  },
  familyFirst: true,
};
const greek: Names = {
  given: ["Ελένη", "Γιώργος", "Μαρία", "Νίκος"],
  family: ["Παπαδοπούλου", "Νικολάου", "Γεωργίου", "Αντωνίου"],
  ascii: {
    given: ["eleni", "giorgos", "maria", "nikos"],
    family: ["papadopoulou", "nikolaou", "georgiou", "antoniou"],
  },
};

const cultures = [
  english,
  french,
  german,
  spanish,
  nordic,
  polish,
  japanese,
  arabic,
  korean,
  greek,
];

const LETTERS: Record<string, string> = {
  ß: "ss",
  ø: "o",
  æ: "ae",
  ł: "l",
  ı: "i",
  đ: "d",
  å: "a",
};

function asciiOf(name: string) {
  return name
    .toLowerCase()
    .replace(/[ßøæłıđå]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize("NFD")
    .replace(/[^a-z0-9]/g, "");
}

/** A name and the start of a handle for it; `choose` picks a whole number below its argument. */
export function makePerson(choose: (limit: number) => number): { name: string; handle: string } {
  const names = cultures[choose(cultures.length)] ?? english;
  const given = choose(names.given.length);
  const family = choose(names.family.length);
  const [givenName, familyName] = [names.given[given] ?? "", names.family[family] ?? ""];
  const name = names.familyFirst
    ? `${familyName}${familyName.length > 1 ? " " : ""}${givenName}`
    : `${givenName} ${familyName}`;
  const first = names.ascii?.given[given] ?? asciiOf(givenName);
  const last = names.ascii?.family[family] ?? asciiOf(familyName);
  return {
    name,
    handle: [`${first}.${last}`, `${first}${last}`, `${last}_${first}`][choose(3)] ?? first,
  };
}
