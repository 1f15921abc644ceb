import type { Texts } from "./en.ts";

// In French, zero is singular.
const count = (n: number, one: string, other: string) => `${n} ${n < 2 ? one : other}`;

/** What the inbox says, in French. */
export const inbox: Texts["inbox"] = {
  title: "Messages",
  account: "Compte",
  status: "État",
  kind: "Genre",
  kinds: { thread: "Ouvre une conversation", reply: "Réponses" },
  answer: "Réponse",
  on: (account) => `sur ${account}`,
  more: "Plus de commentaires",
  shown: (n, isAll) =>
    `${count(n, "commentaire chargé", "commentaires chargés")}${isAll ? " : il n’y en a pas d’autres" : ""}`,
  isNew: "Nouveau depuis votre dernier passage",
  news: (n, isMore, moment) =>
    `${count(n, "nouveau", "nouveaux")}${isMore ? " ou plus" : ""} depuis le ${moment}`,
  noNews: (moment) => `Rien de nouveau depuis le ${moment}`,
  first: "Dès votre prochaine visite, ce qui est nouveau sera signalé ici.",
  look: "Chercher du nouveau",
  looked: "Tout marquer comme vu",
  seenBefore: (moment) => `Déjà vu : jusqu’au ${moment}`,
  keys: "Touches : J et K ou les flèches vont d’un commentaire à l’autre, Entrée en ouvre un, Échap le ferme.",
  open: (name) => `Commentaire de ${name}`,
  conversation: "Conversation",
  choose: {
    title: "Aucun commentaire n’est ouvert",
    hint: "Choisissez-en un dans la liste : sa publication et les réponses s’affichent ici.",
  },
  post: "La publication",
  toPost: "Ouvrir la publication",
  parent: "En réponse à",
  toParent: "Ouvrir cette conversation",
  comment: "Commentaire",
  replies: "Réponses",
  noReplies: "Personne n’a encore répondu.",
  moreReplies: "Plus de réponses",
  missing: {
    title: "Ce commentaire n’existe pas",
    hint: "Il a peut-être été supprimé, ou appartient à un autre espace de travail.",
  },
  empty: {
    title: "Rien n’a encore été écrit",
    hint: "Ce que l’on écrit sous vos publications apparaît ici. Importez-le avec « socialhub import », puis rechargez.",
  },
  none: {
    title: "Aucun commentaire ne correspond aux filtres",
    hint: "Choisissez moins de conditions, ou d’autres dates.",
  },
};
