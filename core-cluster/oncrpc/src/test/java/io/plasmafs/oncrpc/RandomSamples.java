package io.plasmafs.oncrpc;

import io.plasmafs.oncrpc.sample.alias_t;
import io.plasmafs.oncrpc.sample.big_t;
import io.plasmafs.oncrpc.sample.blob;
import io.plasmafs.oncrpc.sample.choice_bool;
import io.plasmafs.oncrpc.sample.choice_color;
import io.plasmafs.oncrpc.sample.choice_int;
import io.plasmafs.oncrpc.sample.choices;
import io.plasmafs.oncrpc.sample.color;
import io.plasmafs.oncrpc.sample.colors_t;
import io.plasmafs.oncrpc.sample.cookie;
import io.plasmafs.oncrpc.sample.everything;
import io.plasmafs.oncrpc.sample.ints_t;
import io.plasmafs.oncrpc.sample.leaf;
import io.plasmafs.oncrpc.sample.name_t;
import io.plasmafs.oncrpc.sample.node;
import io.plasmafs.oncrpc.sample.tree;
import java.util.Random;
import java.util.function.Supplier;

/// Random values of the sample types, within their bounds.
public final class RandomSamples {
  private static final int[] COLORS = {color.RED, color.GREEN, color.BLUE};
  private static final String[] LETTERS = {"a", "Z", "ß", "€", "𝄞", " "};

  private final Random random;

  /// @param random what to make values from
  public RandomSamples(Random random) {
    this.random = random;
  }

  /// A value with every construct in it.
  public everything everything() {
    everything all = new everything();
    all.od = bytes(random.nextInt(101));
    all.of = bytes(6);
    all.s = text(64);
    all.iv = ints(random.nextInt(8));
    all.ifx = ints(3);
    all.uiv = ints(random.nextInt(8));
    all.hv = random.longs(random.nextInt(9)).toArray();
    all.hfx = random.longs(2).toArray();
    all.uhv = random.longs(random.nextInt(9)).toArray();
    all.bv = booleans(random.nextInt(10));
    all.bfx = booleans(3);
    all.fv = floats(random.nextInt(4));
    all.ffx = floats(2);
    all.dv = random.doubles(random.nextInt(4)).toArray();
    all.dfx = random.doubles(2).toArray();
    all.cv = colors(random.nextInt(5));
    all.cfx = colors(2);
    all.lv = leaves(random.nextInt(17));
    all.lfx = leaves(2);
    all.names = new alias_t[random.nextInt(4)];
    for (int i = 0; i < all.names.length; i++) {
      all.names[i] = new alias_t(new name_t(text(64)));
    }
    all.optional_leaf = maybe(this::leaf);
    all.anything = new blob(bytes(random.nextInt(300)));
    all.fixed_cookie = new cookie(bytes(10));
    all.big = new big_t(random.nextLong());
    all.ints = new ints_t(ints(random.nextInt(17)));
    all.colors = new colors_t(colors(random.nextInt(5)));
    all.list = list(1 + random.nextInt(40));
    all.root = tree(4);
    all.chosen = maybe(this::choiceBool);
    return all;
  }

  /// Some arm of each union.
  public choices choices() {
    choices all = new choices();
    all.first = new choice_int();
    all.first.kind = new int[] {0, 1, -2, 3}[random.nextInt(4)];
    all.first.number = random.nextInt();
    all.first.bytes = bytes(random.nextInt(6));
    all.second = new choice_color();
    all.second.kind = COLORS[random.nextInt(3)];
    all.second.leaf = leaf();
    all.second.names = new name_t[] {new name_t(text(64)), new name_t("")};
    all.third = choiceBool();
    return all;
  }

  private choice_bool choiceBool() {
    choice_bool choice = new choice_bool();
    choice.there = random.nextBoolean();
    if (choice.there) {
      choice.text = text(5);
    }
    return choice;
  }

  private leaf leaf() {
    leaf made = new leaf();
    made.a = random.nextInt();
    made.ua = random.nextInt();
    made.b = random.nextLong();
    made.ub = random.nextLong();
    made.c = random.nextBoolean();
    made.f = random.nextFloat();
    made.d = random.nextDouble();
    made.e = COLORS[random.nextInt(3)];
    made.w = random.nextInt(3);
    return made;
  }

  /// A list of that many elements.
  public node list(int length) {
    node first = new node();
    node last = first;
    for (int i = 1; i < length; i++) {
      last.value = random.nextInt();
      last.next = new node();
      last = last.next;
    }
    return first;
  }

  private tree tree(int depth) {
    tree made = new tree();
    made.value = random.nextInt();
    made.children = new tree[depth == 0 ? 0 : random.nextInt(4)];
    for (int i = 0; i < made.children.length; i++) {
      made.children[i] = tree(depth - 1);
    }
    return made;
  }

  private leaf[] leaves(int count) {
    leaf[] leaves = new leaf[count];
    for (int i = 0; i < count; i++) {
      leaves[i] = leaf();
    }
    return leaves;
  }

  private int[] colors(int count) {
    return random.ints(count, 0, 3).map(i -> COLORS[i]).toArray();
  }

  private int[] ints(int count) {
    return random.ints(count).toArray();
  }

  private boolean[] booleans(int count) {
    boolean[] values = new boolean[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextBoolean();
    }
    return values;
  }

  private float[] floats(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private String text(int maxBytes) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(maxBytes / 4 + 1); i > 0; i--) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  @SuppressWarnings("NullAway") // generated types say "absent" with null
  private <T> T maybe(Supplier<T> value) {
    return random.nextBoolean() ? value.get() : null;
  }
}
