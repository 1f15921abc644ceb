import {
  defaultFieldResolver,
  isObjectType,
  Kind,
  type DirectiveNode,
  type GraphQLSchema,
} from "graphql";
import type { Permission } from "../auth/permissions.ts";
import { viewerOf, type RequestContext } from "../context.ts";

const DIRECTIVE = "requiresPermission";

/**
 * Makes `@requiresPermission` come true: before a field with it is resolved, the viewer must have the
 * permission, so that what is forbidden costs no SQL.
 */
export function enforcePermissions(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const permission = permissionOf(field);
      if (!permission) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: RequestContext, info) => {
        viewerOf(context).must(permission);
        const value: unknown = resolve(source, args, context, info);
        return value;
      };
    }
  }
  return schema;
}

/** The permission that the SDL asks for with `@requiresPermission` on a field or a type. */
export function permissionOf(target: {
  astNode?: { directives?: readonly DirectiveNode[] | undefined } | null | undefined;
}): Permission | undefined {
  const directive = target.astNode?.directives?.find(({ name }) => name.value === DIRECTIVE);
  const value = directive?.arguments?.[0]?.value;
  // The schema would not have been built with a word that the enum does not have.
  return value?.kind === Kind.ENUM ? (value.value as Permission) : undefined;
}
