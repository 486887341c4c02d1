package io.plasmafs.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InlineBlock;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.protocol.xdr.Contract;
import io.plasmafs.protocol.xdr.conflict_kind;
import io.plasmafs.protocol.xdr.create_mode;
import io.plasmafs.protocol.xdr.datanode_state;
import io.plasmafs.protocol.xdr.file_type;
import io.plasmafs.protocol.xdr.fs_status;
import io.plasmafs.protocol.xdr.operation_code;
import io.plasmafs.protocol.xdr.outcome_kind;
import io.plasmafs.protocol.xdr.rename_mode;
import io.plasmafs.protocol.xdr.requirement_kind;
import io.plasmafs.protocol.xdr.ticket_right;
import io.plasmafs.protocol.xdr.xattr_how;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

/// The model and the contract say the same.
final class ContractTest {
  @Test
  void enumsHaveTheNumbersOfTheContract() throws Exception {
    assertNumbers(fs_status.class, "FS_", FsStatus.values(), FsStatus::code);
    assertNumbers(file_type.class, "TYPE_", FileType.values(), FileType::code);
    assertNumbers(conflict_kind.class, "CONFLICT_", Conflict.Kind.values(), Conflict.Kind::code);
    assertNumbers(ticket_right.class, "RIGHT_", Ticket.Right.values(), Ticket.Right::code);
    assertNumbers(datanode_state.class, "DATANODE_", Datanode.State.values(), Datanode.State::code);
    assertNumbers(
        requirement_kind.class,
        "REQUIRE_",
        Operation.Requirement.values(),
        Operation.Requirement::code);
    assertNumbers(
        create_mode.class, "CREATE_", Operation.CreateMode.values(), Operation.CreateMode::code);
    assertNumbers(
        rename_mode.class, "RENAME_", Operation.RenameMode.values(), Operation.RenameMode::code);
    assertNumbers(
        xattr_how.class, "XATTR_", Operation.XattrMode.values(), Operation.XattrMode::code);
  }

  @Test
  void everyOperationAndOutcomeOfTheContractIsInTheModel() throws Exception {
    assertThat(constants(operation_code.class)).hasSize(Samples.OPERATIONS);
    assertThat(constants(outcome_kind.class)).hasSize(Samples.OUTCOMES);
    assertThat(Operation.class.getPermittedSubclasses()).hasSize(Samples.OPERATIONS);
    assertThat(Outcome.class.getPermittedSubclasses()).hasSize(Samples.OUTCOMES);
  }

  @Test
  void boundsAreThoseOfTheModel() {
    assertThat(Contract.NAME_MAX).isEqualTo(Name.MAX_BYTES);
    assertThat(Contract.PATH_MAX).isEqualTo(FsPath.MAX_BYTES);
    assertThat(Contract.USER_MAX).isEqualTo(Principal.MAX_NAME_BYTES);
    assertThat(Contract.TOKEN_MAX).isEqualTo(CommitToken.MAX_BYTES);
    assertThat(Contract.MAC_BYTES).isEqualTo(Ticket.Mac.BYTES);
    assertThat(Contract.EXTENT_BLOCKS_MAX).isEqualTo(Extent.MAX_BLOCKS);
    assertThat(Contract.OPERATIONS_MAX).isEqualTo(Compound.MAX_OPERATIONS);
    assertThat(Contract.INLINE_MAX).isEqualTo(InlineBlock.MAX_BYTES);
    assertThat(Contract.XATTR_NAME_MAX).isEqualTo(XattrName.MAX_BYTES);
    assertThat(Contract.XATTR_VALUE_MAX).isEqualTo(XattrName.MAX_VALUE_BYTES);
  }

  @Test
  void programsHaveTheNumbersOfTheContract() {
    assertThat(Programs.COORDINATION.program()).isEqualTo(0x2F504C01);
    assertThat(Programs.FILESYSTEM.program()).isEqualTo(0x2F504C02);
    assertThat(Programs.DATANODE.program()).isEqualTo(0x2F504C03);
    assertThat(Programs.CONTROL.program()).isEqualTo(0x2F504C04);
    assertThat(Programs.REGISTRY.program()).isEqualTo(0x2F504C05);
    assertThat(Programs.ADMIN.program()).isEqualTo(0x2F504C06);
  }

  private static <E extends Enum<E>> void assertNumbers(
      Class<?> contract, String prefix, E[] values, ToIntFunction<E> code) throws Exception {
    Map<String, Integer> model = new TreeMap<>();
    for (E value : values) {
      model.put(prefix + value.name(), code.applyAsInt(value));
    }
    assertThat(model).isEqualTo(constants(contract));
  }

  private static Map<String, Integer> constants(Class<?> type) throws IllegalAccessException {
    Map<String, Integer> constants = new TreeMap<>();
    for (Field field : type.getFields()) {
      constants.put(field.getName(), field.getInt(null));
    }
    return constants;
  }
}
