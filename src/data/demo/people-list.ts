import { memberRoles, type MemberRole } from "../../db/tables/access-words.ts";
import { workspaceIdOf } from "./cast.ts";
import { demoWorkspaces } from "./workspaces.ts";

/** A member of the demo data that a person signs in as. */
export interface DemoMembership {
  workspace: string;
  workspaceId: string;
  role: MemberRole;
  memberEmail: string;
}

/** A person who can sign in to the demo. */
export interface DemoPersonFacts {
  name: string;
  email: string;
  memberships: DemoMembership[];
}

/** Who is at home in the first workspace and a guest in the second. */
const GUEST: { role: MemberRole; memberEmail: string } = {
  role: "ADMIN",
  memberEmail: "agence@maison.example.com",
};

/** One person of each role of the first demo workspace; one of them is in the second as well. */
export function demoPersonList(): DemoPersonFacts[] {
  const [home, elsewhere] = demoWorkspaces;
  if (!home || !elsewhere) throw new Error("the demo data has two workspaces");
  return memberRoles.map((role) => {
    const member = home.members.find((each) => each.role === role);
    if (!member) throw new Error(`${home.name} has no ${role}`);
    const { name, email } = member;
    const memberships = [membershipIn(home, email)];
    if (role === GUEST.role) memberships.push(membershipIn(elsewhere, GUEST.memberEmail));
    return { name, email, memberships };
  });
}

function membershipIn(workspace: (typeof demoWorkspaces)[number], memberEmail: string) {
  const member = workspace.members.find(({ email }) => email === memberEmail);
  if (!member) throw new Error(`${workspace.name} has no ${memberEmail}`);
  return {
    workspace: workspace.name,
    workspaceId: workspaceIdOf(workspace),
    role: member.role,
    memberEmail,
  };
}
