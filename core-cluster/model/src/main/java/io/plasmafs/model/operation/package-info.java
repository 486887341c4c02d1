/// What a transaction can do: [Operation] has one record for each operation, [Outcome] what each
/// answers. A [Compound] is a list of operations run in one step.
///
/// These are requests and answers only. What an operation means, its checks and its locks, stand in
/// the namenode, in one class for each.
@NullMarked
package io.plasmafs.model.operation;

import org.jspecify.annotations.NullMarked;
